package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/unicode/norm"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

// Bounds of a page that is looked through for links.
const (
	maxPage  = 16 << 20 // bytes
	maxToken = 1 << 20  // bytes of one tag or text
	maxLinks = 100_000
	maxText  = 4 << 10 // bytes of a link's text that are looked at
)

// discover looks through the page, and one step deep through the pages it says to follow, for links to books.
func (s *Source) discover(ctx context.Context) ([]*url.URL, error) {
	var books []*url.URL
	seenBooks, seenPages := map[string]bool{}, map[string]bool{uriOf(s.page): true}
	pages := []*url.URL{s.page}
	for i := 0; i < len(pages); i++ {
		links, err := s.linksOn(ctx, pages[i])
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			uri := uriOf(l.url)
			switch {
			case l.matches(s.pattern):
				if !seenBooks[uri] {
					seenBooks[uri] = true
					books = append(books, s.withCredentials(l.url))
				}
			case i == 0 && s.follow != nil && l.matches(s.follow) && originOf(l.url) == originOf(s.page) && !seenPages[uri]:
				seenPages[uri] = true
				pages = append(pages, s.withCredentials(l.url))
			}
		}
		if err := s.withinLimit(max(len(books), len(pages))); err != nil {
			return nil, err
		}
	}
	if len(books) == 0 && s.opts.Required {
		return nil, unavailable(uriOf(s.page), fmt.Sprintf("no link on the page matches %q", s.opts.Discover.Pattern),
			"see whether the page was rebuilt; set required: false if it may be without books", nil)
	}
	return books, nil
}

// withCredentials gives the address with the user of the page, where both are of one server.
func (s *Source) withCredentials(u *url.URL) *url.URL {
	if originOf(u) != originOf(s.page) {
		return u
	}
	c := *u
	c.User = s.page.User
	return &c
}

func (s *Source) withinLimit(found int) error {
	limit := s.opts.Discover.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	if found <= limit {
		return nil
	}
	return &fault.Error{
		Kind: fault.Limit, File: uriOf(s.page), What: fmt.Sprintf("more links match than the limit discover.limit of %d", limit),
		Remedy: "make discover.pattern narrower or raise discover.limit",
	}
}

func (s *Source) linksOn(ctx context.Context, page *url.URL) ([]link, error) {
	got, err := s.fetch(ctx, request{target: page, name: uriOf(page), limit: min(maxPage, s.limit), page: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = got.file.Close() }()
	links, err := readLinks(sources.Body(ctx, got.file, uriOf(page), got.size, got.size), got.header.Get("Content-Type"), got.final)
	if err != nil {
		return nil, unavailable(uriOf(page), "the page cannot be read", "open it in a browser to see what is wrong", err)
	}
	return links, nil
}

// link is a link of a page.
type link struct {
	url  *url.URL // absolute, http or https, without user
	text string   // blanks joined
}

func (l link) matches(pattern *regexp.Regexp) bool {
	address := l.url.String()
	if pattern.MatchString(l.text) || pattern.MatchString(address) {
		return true
	}
	plain, err := url.PathUnescape(address)
	return err == nil && pattern.MatchString(norm.NFC.String(plain))
}

// readLinks gives the links of an HTML page in its order. base is the page's own address.
func readLinks(r io.Reader, contentType string, base *url.URL) ([]link, error) {
	decoded, err := charset.NewReader(r, contentType)
	if err != nil {
		return nil, fmt.Errorf("decode page: %w", err)
	}
	z := html.NewTokenizer(decoded)
	z.SetMaxBuf(maxToken)
	var links []link
	open := -1 // index of the link whose text is being read
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("read page: %w", err)
			}
			for i := range links {
				links[i].text = norm.NFC.String(strings.Join(strings.Fields(links[i].text), " "))
			}
			return links, nil
		case html.TextToken:
			if open >= 0 && len(links[open].text) < maxText {
				links[open].text += " " + string(z.Text())
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				open = -1
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "base":
				if u := resolve(base, href(z)); u != nil {
					base = u
				}
			case "a", "area":
				isText := string(name) == "a"
				open = -1
				if len(links) == maxLinks {
					return nil, fmt.Errorf("the page has more than %d links", maxLinks)
				}
				if u := resolve(base, href(z)); u != nil {
					links = append(links, link{url: u})
					if isText {
						open = len(links) - 1
					}
				}
			}
		}
	}
}

// href gives the href of the tag at hand, or "".
func href(z *html.Tokenizer) string {
	for {
		key, value, more := z.TagAttr()
		if string(key) == "href" {
			return string(value)
		}
		if !more {
			return ""
		}
	}
}

// resolve gives the absolute address of a link that can be fetched, or nil. A user in it is not the configuration's and
// is dropped.
func resolve(base *url.URL, ref string) *url.URL {
	ref = strings.TrimSpace(ref)
	if ref == "" || strings.HasPrefix(ref, "#") {
		return nil
	}
	u, err := base.Parse(ref)
	if err != nil {
		return nil
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if _, ok := parseAddress(u.String()); !ok {
		return nil
	}
	return u
}
