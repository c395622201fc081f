package web

import (
	"mime"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// secretParameters are query parameters that carry credentials, among them those of signed addresses, which change each
// time a page is made. They are left out of what is shown and of what identifies an item.
var secretParameters = regexp.MustCompile(`(?i)^(x-(amz|goog)-.*|((access|auth|id|refresh|sas)[-_]?)?token|api[-_]?key|(client[-_]?)?secret|sig|signature|password|passwd|pwd)$`)

// uriOf gives the address as it is shown and remembered: in its usual form, without fragment and credentials.
func uriOf(u *url.URL) string {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	c.Host = hostOf(u)
	if c.Path == "" {
		c.Path = "/"
	}
	var kept []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if pair != "" && !secretParameters.MatchString(name) {
			kept = append(kept, pair)
		}
	}
	c.RawQuery, c.ForceQuery = strings.Join(kept, "&"), false
	return c.String()
}

// hostOf gives the host in lower case, with the port unless it is the scheme's own.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		return strings.TrimSuffix(host, ":80")
	case "https":
		return strings.TrimSuffix(host, ":443")
	}
	return host
}

// nameOf gives the file name that an address ends in, else the host.
func nameOf(u *url.URL) string {
	if name := cleanName(u.Path); name != "" {
		return name
	}
	return hostOf(u)
}

// announcedName gives the file name in a response's Content-Disposition, or "".
func announcedName(h http.Header) string {
	disposition := h.Get("Content-Disposition")
	_, parameters, err := mime.ParseMediaType(disposition)
	name := parameters["filename"]
	if err != nil || name == "" {
		// Many servers write names with blanks or Vietnamese letters without quotes.
		m := bareName.FindStringSubmatch(disposition)
		if m == nil {
			return ""
		}
		name = strings.Trim(strings.TrimSpace(m[1]), `"`)
	}
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded
	}
	if decoded, err := url.PathUnescape(name); err == nil && utf8.ValidString(decoded) {
		name = decoded
	}
	return cleanName(name)
}

var bareName = regexp.MustCompile(`(?i)filename=([^;]*)`)

// cleanName makes a file name for people of whatever a server sends: the last part of a path, printable, composed, not
// too long. It is "" when nothing is left.
func cleanName(s string) string {
	s = path.Base(strings.ReplaceAll(strings.TrimRight(s, `/\`), `\`, "/"))
	s = norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
	s = strings.TrimSpace(s)
	for len(s) > 200 {
		_, n := utf8.DecodeRuneInString(s)
		s = s[n:] // the end has the extension
	}
	if strings.Trim(s, ".") == "" {
		return ""
	}
	return s
}
