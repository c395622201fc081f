// Package web is the kind of source that fetches books over HTTP: addresses that are known, and those that a page links
// to.
package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
)

// Options say what to fetch and how to behave towards the servers.
type Options struct {
	URLs         kind.Strings      `yaml:"urls" json:"urls,omitempty" jsonschema:"description=Addresses of books"`
	Discover     *Discover         `yaml:"discover" json:"discover,omitempty" jsonschema:"description=Finds books by the links of a page"`
	Headers      map[string]string `yaml:"headers" json:"headers,omitempty" jsonschema:"description=Sent to the hosts named in urls and discover.page and to no other; values are never shown"`
	UserAgent    string            `yaml:"user_agent" json:"user_agent,omitempty" jsonschema:"default=statloom"`
	Proxy        string            `yaml:"proxy" json:"proxy,omitempty" jsonschema:"description=Address of a proxy such as http://proxy.example:3128; default: none"`
	Required     bool              `yaml:"required" json:"required,omitempty" jsonschema:"description=A page without a link to a book is an error,default=true"`
	MaxBytes     kind.Bytes        `yaml:"max_bytes" json:"max_bytes,omitempty" jsonschema:"description=Largest size of one book,default=512MiB"`
	Timeout      time.Duration     `yaml:"timeout" json:"timeout,omitempty" jsonschema:"description=Longest time for one book with all attempts,default=15m"`
	IdleTimeout  time.Duration     `yaml:"idle_timeout" json:"idle_timeout,omitempty" jsonschema:"description=Longest time without a byte from the server,default=60s"`
	Retry        Retry             `yaml:"retry" json:"retry,omitempty" jsonschema:"description=What happens when a connection fails or the server says 429 or 5xx"`
	Rate         float64           `yaml:"rate" json:"rate,omitempty" jsonschema:"description=Requests per second to one host,default=2"`
	Concurrency  int               `yaml:"concurrency" json:"concurrency,omitempty" jsonschema:"description=Books fetched from one host at the same time,default=2,minimum=1"`
	AllowUnsized bool              `yaml:"allow_unsized" json:"allow_unsized,omitempty" jsonschema:"description=Accepts content whose length the server does not announce in any way: one that was cut off cannot be told from a whole one,default=false"`
}

// Discover finds books by links.
type Discover struct {
	Page    string `yaml:"page" json:"page" jsonschema:"description=Address of the page that links to the books"`
	Pattern string `yaml:"pattern" json:"pattern" jsonschema:"description=Regular expression; a link whose address or text matches is a book"`
	Follow  string `yaml:"follow" json:"follow,omitempty" jsonschema:"description=Regular expression; a link on the page whose address or text matches and that leads to the same host is a further page to look through (one step deep); default: none"`
	Limit   int    `yaml:"limit" json:"limit,omitempty" jsonschema:"description=Most books and most pages that are expected; more is an error,default=1000,minimum=1"`
}

// Retry says how often and how patiently a request is repeated.
type Retry struct {
	Attempts int           `yaml:"attempts" json:"attempts,omitempty" jsonschema:"default=4,minimum=1"`
	Wait     time.Duration `yaml:"wait" json:"wait,omitempty" jsonschema:"description=Before the second attempt; doubled each time and varied by half,default=1s"`
	MaxWait  time.Duration `yaml:"max_wait" json:"max_wait,omitempty" jsonschema:"description=Longest wait between attempts. A server that asks for more (Retry-After) is left alone until the next run,default=2m"`
}

// defaultLimit is Discover.Limit where none is given.
const defaultLimit = 1000

// Kind is how the configuration asks for this source.
func Kind() kind.Kind[sources.Source] {
	together := &common{}
	return kind.New("web", "Fetches books over HTTP, from known addresses and by the links of a page.", defaults,
		func(_ context.Context, env kind.Env, o Options) (sources.Source, error) {
			return newSource(env, o, realClock(env.Now), together)
		})
}

func defaults() Options {
	return Options{
		UserAgent: "statloom", Required: true, MaxBytes: 512 << 20,
		Timeout: 15 * time.Minute, IdleTimeout: time.Minute,
		Retry: Retry{Attempts: 4, Wait: time.Second, MaxWait: 2 * time.Minute},
		Rate:  2, Concurrency: 2,
	}
}

// Check finds what is wrong with options that decode. Values of headers and credentials are not repeated.
func (o Options) Check() []kind.Complaint {
	var c complaints
	if len(o.URLs) == 0 && o.Discover == nil {
		c.add("urls", "there is nothing to fetch", "urls or discover")
	}
	for i, u := range o.URLs {
		c.address(fmt.Sprintf("urls[%d]", i), u)
	}
	if d := o.Discover; d != nil {
		c.address("discover.page", d.Page)
		if d.Pattern == "" {
			c.add("discover.pattern", "no pattern is given", `a regular expression such as \.xlsx$`)
		}
		c.pattern("discover.pattern", d.Pattern)
		c.pattern("discover.follow", d.Follow)
		if d.Limit < 0 {
			c.add("discover.limit", "the limit is negative", "a number of links")
		}
	}
	if o.Proxy != "" {
		c.address("proxy", o.Proxy)
	}
	for name, value := range o.Headers {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			c.add("headers."+name, "this is not a valid header", "a name of letters and -, and a value of one line")
		}
		if reserved[http.CanonicalHeaderKey(name)] {
			c.add("headers."+name, "this header is set by statloom itself", "another header")
		}
	}
	for key, positive := range map[string]bool{
		"max_bytes": o.MaxBytes > 0, "timeout": o.Timeout > 0, "idle_timeout": o.IdleTimeout > 0, "retry.attempts": o.Retry.Attempts > 0,
		"retry.wait": o.Retry.Wait > 0, "retry.max_wait": o.Retry.MaxWait > 0, "rate": o.Rate > 0, "concurrency": o.Concurrency > 0,
	} {
		if !positive {
			c.add(key, "the value is not positive", "more than 0")
		}
	}
	return c.sorted()
}

// reserved are the headers on which the correctness of a download rests.
var reserved = map[string]bool{
	"Accept-Encoding": true, "Range": true, "If-Range": true, "If-None-Match": true, "If-Modified-Since": true,
	"If-Match": true, "If-Unmodified-Since": true, "Host": true, "Content-Length": true, "Transfer-Encoding": true, "Connection": true,
	"User-Agent": true,
}

func compile(pattern string) (*regexp.Regexp, error) { return regexp.Compile("(?i)" + pattern) }

// parseAddress reads an address of the configuration.
func parseAddress(s string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, false
	}
	return u, true
}
