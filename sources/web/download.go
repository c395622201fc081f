package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources"
)

// download is the state of a download over its attempts.
type download struct {
	s *Source
	request
	file   *os.File    // nil as long as there is nothing to put into it: most of what is asked for has not changed
	got    int64       // bytes in file
	total  int64       // length of the content, -1 when not known
	header http.Header // of the response that began the content in file
	final  *url.URL
}

// ask makes the request for what is still missing.
func (d *download) ask(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.target.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: make request", d.name) // the cause would show the address
	}
	req.Header.Set("User-Agent", d.s.opts.UserAgent)
	req.Header.Set("Accept-Encoding", "identity")
	d.s.addHeaders(req)
	if mark := d.mark(); d.got > 0 && mark != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.got))
		req.Header.Set("If-Range", mark)
		return req, nil
	}
	d.got = 0
	if d.known.ETag != "" {
		req.Header.Set("If-None-Match", d.known.ETag)
	} else if d.known.LastModified != "" {
		req.Header.Set("If-Modified-Since", d.known.LastModified)
	}
	return req, nil
}

// mark is what proves that the rest still belongs to what was fetched: a strong ETag, else the time of change.
func (d *download) mark() string {
	if etag := d.header.Get("ETag"); etag != "" {
		if strings.HasPrefix(etag, "W/") {
			return ""
		}
		return etag
	}
	return d.header.Get("Last-Modified")
}

// start looks at a response's status and headers and makes the file ready for its body.
func (d *download) start(resp *http.Response) (again bool, err error) {
	switch {
	case resp.StatusCode == http.StatusNotModified && d.got == 0 && d.known.ETag+d.known.LastModified != "":
		return false, sources.ErrUnchanged
	case resp.StatusCode == http.StatusPartialContent && d.got > 0:
		if !d.continues(resp) {
			d.header, d.got = nil, 0
			return true, unavailable(d.name, "the server continues a broken download with something else", "try again later", nil)
		}
		return false, nil
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && d.got > 0:
		d.header, d.got = nil, 0
		return true, unavailable(d.name, "the server does not continue a broken download", "try again later", nil)
	case resp.StatusCode != http.StatusOK:
		return d.refused(resp)
	}
	if d.same(resp) {
		return false, sources.ErrUnchanged
	}
	if resp.ContentLength > d.limit {
		return false, sources.TooLarge(d.name, d.limit)
	}
	framed := resp.ContentLength >= 0 || len(resp.TransferEncoding) > 0 || resp.ProtoMajor >= 2
	if !framed && !d.s.opts.AllowUnsized {
		return false, unavailable(d.name, "the server does not say how long the content is, so that a cut cannot be noticed",
			"set allow_unsized if the books can be trusted all the same", nil)
	}
	d.header, d.final, d.total, d.got = resp.Header, resp.Request.URL, resp.ContentLength, 0
	if d.file == nil {
		var err error
		if d.file, err = d.s.scratch(); err != nil {
			return false, err
		}
	}
	if err := d.file.Truncate(0); err != nil {
		return false, fmt.Errorf("write download: %w", err)
	}
	return false, nil
}

// same tells an item that has not changed although the server sends it again: not every server knows conditions.
func (d *download) same(resp *http.Response) bool {
	if etag := resp.Header.Get("ETag"); etag != "" && d.known.ETag != "" {
		return strings.TrimPrefix(etag, "W/") == strings.TrimPrefix(d.known.ETag, "W/")
	}
	modified := resp.Header.Get("Last-Modified")
	return modified != "" && modified == d.known.LastModified && resp.ContentLength == d.known.Size
}

var contentRange = regexp.MustCompile(`^bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)$`)

// continues reports whether a partial response carries on exactly where the file ends.
func (d *download) continues(resp *http.Response) bool {
	m := contentRange.FindStringSubmatch(resp.Header.Get("Content-Range"))
	if m == nil || m[1] != strconv.FormatInt(d.got, 10) || resp.Header.Get("Content-Encoding") != d.header.Get("Content-Encoding") {
		return false
	}
	if etag := resp.Header.Get("ETag"); etag != "" && etag != d.header.Get("ETag") {
		return false
	}
	if m[3] == "*" {
		return true
	}
	total, err := strconv.ParseInt(m[3], 10, 64)
	if err != nil || d.total >= 0 && d.total != total {
		return false
	}
	d.total = total
	return true
}

// copy appends the body to the file, up to the limit.
func (d *download) copy(ctx context.Context, body io.Reader, alive func()) (again bool, err error) {
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		alive()
		if _, err := d.file.WriteAt(buf[:n], d.got); err != nil {
			return false, fmt.Errorf("write download: %w", err)
		}
		if d.got += int64(n); d.got > d.limit {
			return false, sources.TooLarge(d.name, d.limit)
		}
		if err == io.EOF && (d.total < 0 || d.got == d.total) {
			return d.wholeness()
		}
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			what := fmt.Sprintf("the content broke off after %d bytes", d.got)
			if d.total >= 0 {
				what += fmt.Sprintf(" of %d", d.total)
			}
			return true, unavailable(d.name, what, "try again later", nil)
		}
		if err != nil {
			return d.lost(ctx, err)
		}
	}
}

// wholeness looks at the finished content: nothing, and a page where a book should be, mean that the server is not well.
func (d *download) wholeness() (again bool, err error) {
	if d.got == 0 {
		return true, unavailable(d.name, "the content is empty", "see whether the source still offers it", nil)
	}
	if d.page || d.encoded() {
		return false, nil
	}
	if err := d.notAPage(); err != nil {
		d.header, d.got = nil, 0
		return true, err
	}
	return false, nil
}

// notAPage finds HTML where a book is expected. Servers send such pages with status 200 when they are overloaded, being
// repaired or want a login; that is why the source counts as unavailable and not the book as wrong.
func (d *download) notAPage() error {
	head := make([]byte, 1024)
	n, err := d.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read download: %w", err)
	}
	if !looksLikeHTML(head[:n]) {
		return nil
	}
	return unavailable(d.name, "the server answers with an HTML page instead of a book",
		"open the address in a browser: it may be an error page, ask for a login, or have moved", nil)
}

func looksLikeHTML(head []byte) bool {
	if utf16 := bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")); utf16 {
		head = bytes.ReplaceAll(head[2:], []byte{0}, nil)
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	for bytes.HasPrefix(head, []byte("<!--")) || bytes.HasPrefix(head, []byte("<?xml")) {
		_, rest, found := bytes.Cut(head, []byte(">"))
		if !found {
			return false
		}
		head = bytes.TrimLeft(rest, " \t\r\n")
	}
	head = bytes.ToLower(head)
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<title", "<script", "<meta", "<table", "<div", "<center", "<h1"} {
		if bytes.HasPrefix(head, []byte(tag)) {
			return true
		}
	}
	return false
}

func (d *download) encoded() bool {
	encoding := strings.ToLower(strings.TrimSpace(d.header.Get("Content-Encoding")))
	return encoding != "" && encoding != "identity"
}

// finish undoes an encoding that was not asked for and makes the file ready to be read.
func (d *download) finish() error {
	if d.encoded() {
		if err := d.inflate(); err != nil {
			return err
		}
		if !d.page {
			if err := d.notAPage(); err != nil {
				return err
			}
		}
	}
	if _, err := d.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read download: %w", err)
	}
	return nil
}

func (d *download) inflate() error {
	damaged := func(err error) error {
		return unavailable(d.name, "the compressed content is damaged", "try again later", err)
	}
	if encoding := strings.ToLower(strings.TrimSpace(d.header.Get("Content-Encoding"))); encoding != "gzip" && encoding != "x-gzip" {
		return unavailable(d.name, fmt.Sprintf("the server sends the encoding %q, which was not asked for", encoding), "tell the server's owner", nil)
	}
	z, err := gzip.NewReader(io.NewSectionReader(d.file, 0, d.got))
	if err != nil {
		return damaged(err)
	}
	plain, err := d.s.scratch()
	if err != nil {
		return err
	}
	n, err := io.Copy(plain, io.LimitReader(z, d.limit+1))
	_ = d.file.Close()
	d.file, d.got = plain, n
	if n > d.limit {
		return sources.TooLarge(d.name, d.limit)
	}
	var local *os.PathError
	if errors.As(err, &local) {
		return fmt.Errorf("write download: %w", err)
	}
	if err != nil {
		return damaged(err)
	}
	return nil
}

// lost makes an error of a failed connection, without the address that the HTTP client puts into it.
func (d *download) lost(ctx context.Context, err error) (again bool, _ error) {
	if cause := context.Cause(ctx); errors.Is(cause, errIdle) {
		return true, unavailable(d.name, errIdle.Error(), "try again later", nil)
	} else if cause != nil {
		return false, cause
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	e := &fault.Error{Kind: fault.Unavailable, File: d.name, What: "cannot be reached", Remedy: "see whether the network and the server are there", Err: err}
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errRedirects), errors.Is(err, errDowngrade):
		e.Remedy = "give the address the server redirects to, if it can be trusted"
		return false, e
	case errors.As(err, &certificate):
		e.Remedy = "the server's certificate is not valid: tell its owner"
		return false, e
	}
	return true, e
}
