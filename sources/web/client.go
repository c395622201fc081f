package web

import (
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// maxRedirects bounds how often a server may send a request on.
const maxRedirects = 10

var (
	errRedirects = errors.New("the server redirects too often")
	errDowngrade = errors.New("the server redirects from https to http, which is refused")
)

func (s *Source) newClient() *http.Client {
	transport := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: min(30*time.Second, s.opts.IdleTimeout)}).DialContext,
		TLSHandshakeTimeout:    min(30*time.Second, s.opts.IdleTimeout),
		DisableCompression:     true, // lengths and ranges count the bytes as they are sent
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    s.opts.Concurrency,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	if proxy, ok := parseAddress(s.opts.Proxy); ok {
		transport.Proxy = http.ProxyURL(proxy)
	}
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
