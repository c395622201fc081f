package web

import (
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/time/rate"
)

// maxRedirects bounds how often a server may send a request on.
const maxRedirects = 10

var (
	errRedirects = errors.New("the server redirects too often")
	errDowngrade = errors.New("the server redirects from https to http, which is refused")
)

// common is what sources have in common that behave alike: a host that several of them name is asked over the same
// connections, and bears no more than one of them may ask of it.
type common struct {
	mu         sync.Mutex
	transports map[manner]*http.Transport
	gates      map[burden]*gates
}

// manner is what a connection depends on.
type manner struct {
	proxy string
	idle  time.Duration
	slots int
}

// burden is what is asked of a host.
type burden struct {
	slots int
	rate  float64
}

// maxIdle bounds the connections that are kept open while nothing is asked over them.
const maxIdle = 256

func (c *common) transportOf(o Options) *http.Transport {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := manner{o.Proxy, o.IdleTimeout, o.Concurrency}
	if t := c.transports[m]; t != nil {
		return t
	}
	t := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: min(30*time.Second, o.IdleTimeout)}).DialContext,
		TLSHandshakeTimeout:    min(30*time.Second, o.IdleTimeout),
		DisableCompression:     true, // lengths and ranges count the bytes as they are sent
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    o.Concurrency,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	if proxy, ok := parseAddress(o.Proxy); ok {
		t.Proxy = http.ProxyURL(proxy)
	}
	if c.transports == nil {
		c.transports = map[manner]*http.Transport{}
	}
	c.transports[m] = t
	return t
}

func (c *common) gatesOf(time clock, o Options) *gates {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := burden{o.Concurrency, o.Rate}
	if c.gates[b] == nil {
		if c.gates == nil {
			c.gates = map[burden]*gates{}
		}
		c.gates[b] = &gates{clock: time, slots: o.Concurrency, rate: rate.Limit(o.Rate)}
	}
	return c.gates[b]
}

func (s *Source) newClient(together *common) *http.Client {
	transport := together.transportOf(s.opts)
	// Some servers send visitors in circles until they bring a cookie along. New never fails.
	jar, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
	return &http.Client{Transport: transport, CheckRedirect: s.redirect, Jar: jar}
}

// redirect decides whether and how a redirection is followed. Headers of the configuration may be secrets: they go to
// the configured hosts alone. The address before may hold one too.
func (s *Source) redirect(next *http.Request, before []*http.Request) error {
	if len(before) > maxRedirects {
		return errRedirects
	}
	if before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return errDowngrade
	}
	next.Header.Del("Referer")
	for name := range s.opts.Headers {
		next.Header.Del(name)
	}
	s.addHeaders(next)
	return nil
}

// addHeaders sets the configured headers on a request to a configured host.
func (s *Source) addHeaders(r *http.Request) {
	if !s.trusted[originOf(r.URL)] {
		return
	}
	for name, value := range s.opts.Headers {
		r.Header.Set(name, value)
	}
}

// originOf gives scheme and host, the boundary within which headers may be sent.
func originOf(u *url.URL) string { return strings.ToLower(u.Scheme) + "://" + hostOf(u) }

// trust gives the origins that the configuration names. One named by http is also trusted by https.
func trust(addresses []*url.URL) map[string]bool {
	trusted := map[string]bool{}
	for _, u := range addresses {
		trusted[originOf(u)] = true
		if u.Scheme == "http" && u.Port() == "" {
			trusted["https://"+hostOf(u)] = true
		}
	}
	return trusted
}
