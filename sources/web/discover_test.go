package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

func TestDiscovery(t *testing.T) {
	pages := map[string]string{
		"/": `<html><head><base href="/data/"></head><body>
			<a href="2024.xlsx#s">Năm 2024</a> <A HREF='2024.xlsx'>again</A> <a href=2023.XLSX>2023</a>
			<a href="get?id=7&amp;token=hunter2"><b>Biểu</b> số 7</a>
			<a href="javascript:alert(1).xlsx">no</a> <a href="mailto:x@y.xlsx">no</a> <a href="http://[bad.xlsx">no</a> <a href="#x.xlsx">no</a>
			<a href="http://user:pw@elsewhere.example:80/b%E1%BA%A3ng.xlsx">at another host</a>
			<map><area href="area.xlsx"></map>
			<!-- <a href="comment.xlsx">no</a> --> <script>document.write('<a href="script.xlsx">')</script>
			<a href="/more?page=2">Trang sau</a> <a href="http://elsewhere.example/more?page=3">Trang sau</a>`,
		"/more?page=2": `<a href="older.xlsx">older</a> <a href="/more?page=4">Trang sau</a> <a href="/data/2024.xlsx">seen</a>`,
		"/more?page=4": `<a href="too-deep.xlsx">x</a>`,
	}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, pages[r.URL.RequestURI()])
	})
	for _, c := range []struct {
		name string
		d    Discover
		want string
	}{
		{"by address", Discover{Pattern: `\.xlsx$`}, "/data/2023.XLSX /data/2024.xlsx /data/area.xlsx http://elsewhere.example/b%E1%BA%A3ng.xlsx"},
		{"by unescaped address", Discover{Pattern: `bảng`}, "http://elsewhere.example/b%E1%BA%A3ng.xlsx"},
		{"by text", Discover{Pattern: `^biểu số \d+$`}, "/data/get?id=7"},
		{"one step deeper", Discover{Pattern: `older|deep|2024\.xlsx`, Follow: "trang sau"}, "/data/2024.xlsx /older.xlsx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.d.Page = server.URL
			s := newWorld().source(t, func(o *Options) { o.Discover = &c.d })
			items, err := s.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range items {
				got = append(got, strings.TrimPrefix(i.URI, server.URL))
			}
			if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDiscoveryUsesTheSecretItFinds(t *testing.T) {
	var asked string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			fmt.Fprint(w, `<a href="a.csv?x=1&X-Amz-Signature=s1">a</a>`)
			return
		}
		asked = r.URL.RawQuery
		fmt.Fprint(w, "1,2\n")
	})
	s := newWorld().source(t, func(o *Options) { o.Discover = &Discover{Page: server.URL, Pattern: "csv"} })
	items, err := s.List(t.Context())
	if err != nil || len(items) != 1 || items[0].URI != server.URL+"/a.csv?x=1" {
		t.Fatalf("got %v, %v", items, err)
	}
	if got, _, err := fetchOne(t, s, sources.Validators{}); err != nil || got != "1,2\n" || asked != "x=1&X-Amz-Signature=s1" {
		t.Errorf("got %q, %v, asked %q", got, err, asked)
	}
}

func TestDiscoveryFaults(t *testing.T) {
	for _, c := range []struct {
		name     string
		page     string
		required bool
		limit    int
		kind     fault.Kind
		says     string
	}{
		{"no link matches", `<a href="x.pdf">`, true, 0, fault.Unavailable, "no link on the page matches"},
		{"no link matches, allowed", `<a href="x.pdf">`, false, 0, 0, ""},
		{"more links than expected", `<a href="1.csv"><a href="2.csv">`, true, 1, fault.Limit, "discover.limit of 1"},
		{"an endless tag", "<a " + strings.Repeat("x", maxToken+1), true, 0, fault.Unavailable, "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, c.page) })
			s := newWorld().source(t, func(o *Options) {
				o.Discover, o.Required = &Discover{Page: server.URL, Pattern: `\.csv`, Limit: c.limit}, c.required
			})
			items, err := s.List(t.Context())
			if c.says == "" && err == nil && len(items) == 0 {
				return
			}
			if fault.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("got %v, %v", items, err)
			}
		})
	}
}

func TestPagesInOtherEncodings(t *testing.T) {
	base, err := url.Parse("http://example.org/")
	if err != nil {
		t.Fatal(err)
	}
	// windows-1258 writes the tone after the letter: "Biê" + hook above + "u".
	page := "<a href=x>Bi\xea\xd2u s\xf4\xec 1</a>"
	links, err := readLinks(strings.NewReader(page), "text/html; charset=windows-1258", base)
	if err != nil || len(links) != 1 || links[0].text != "Biểu số 1" {
		t.Errorf("got %v, %v", links, err)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ disposition, want string }{
		{`attachment; filename="a.xlsx"`, "a.xlsx"},
		{`attachment; filename*=UTF-8''Bi%E1%BB%83u%201.xlsx`, "Biểu 1.xlsx"},
		{`attachment; filename=Biểu số 1.xlsx; size=3`, "Biểu số 1.xlsx"},
		{`attachment; filename="=?UTF-8?B?Qmnhu4N1Lnhsc3g=?="`, "Biểu.xlsx"},
		{`attachment; filename="Bi%E1%BB%83u.xlsx"`, "Biểu.xlsx"},
		{`attachment; filename="../../etc/passwd"`, "passwd"},
		{`attachment; filename="C:\\x\\y.xls"`, "y.xls"},
		{`attachment; filename=".."`, ""},
		{"attachment; filename=\"a\tb\u202e.xls\"", "ab.xls"},
		{`attachment`, ""}, {``, ""}, {`filename=`, ""},
	} {
		if got := announcedName(http.Header{"Content-Disposition": {c.disposition}}); got != c.want {
			t.Errorf("%q: got %q, want %q", c.disposition, got, c.want)
		}
	}
	for _, c := range []struct{ address, uri, name string }{
		{"HTTPS://User:pw@Example.ORG:443/A%20b.xlsx?b=2&a=1#frag", "https://example.org/A%20b.xlsx?b=2&a=1", "A b.xlsx"},
		{"http://example.org", "http://example.org/", "example.org"},
		{"http://example.org:8080/x/", "http://example.org:8080/x/", "x"},
		{"https://example.org/d?key=IIP&api_key=s&ACCESS_TOKEN=s&sig=s", "https://example.org/d?key=IIP", "d"},
	} {
		u, ok := parseAddress(c.address)
		if !ok {
			t.Fatal(c.address)
		}
		if got := uriOf(u); got != c.uri {
			t.Errorf("%s: URI %s, want %s", c.address, got, c.uri)
		}
		if got := nameOf(u); got != c.name {
			t.Errorf("%s: name %s, want %s", c.address, got, c.name)
		}
	}
}

func FuzzLinks(f *testing.F) {
	f.Add([]byte(`<base href=//x><a href="a.xlsx">A<b>B</a><area href='?q'>`), "text/html")
	f.Add([]byte("\xff\xfe<\x00a\x00 \x00h\x00r\x00e\x00f\x00=\x00x\x00>\x00"), "text/html; charset=utf-16")
	f.Add([]byte(`<a href="http://u:p@h/%zz"><a href="&#10;javascript:x"><a`), "")
	base, err := url.Parse("https://user:hunter2@example.org/dir/page.html")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, page []byte, contentType string) {
		links, err := readLinks(strings.NewReader(string(page)), contentType, base)
		if err != nil {
			return
		}
		for _, l := range links {
			if l.url.User != nil || l.url.Fragment != "" || l.url.Scheme != "http" && l.url.Scheme != "https" || l.url.Hostname() == "" {
				t.Errorf("link %q", l.url)
			}
			again, ok := parseAddress(uriOf(l.url))
			if !ok || uriOf(again) != uriOf(l.url) {
				t.Errorf("%q does not lead back to itself", uriOf(l.url))
			}
			if name := nameOf(l.url); name == "" || strings.ContainsAny(name, "/\\\n") {
				t.Errorf("%q has the name %q", l.url, name)
			}
		}
	})
}
