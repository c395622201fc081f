// Package xlsx reads Office Open XML workbooks (.xlsx, .xlsm, transitional and strict). Sheets are streamed; what is in
// memory is the styles and, from the first Scan on, the shared strings.
//
// A part that is truncated, fails its checksum, is not well-formed, or has rows, cells or string references out of
// order or out of range is an error that names it. A value that is odd in itself, such as a number too large, is an
// Error cell.
package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"path"
	"strings"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/zipxml"
)

// Format is the reader of Office Open XML workbooks.
type Format struct{}

var _ sheet.Format = Format{}

// Name is "xlsx".
func (Format) Name() string { return "xlsx" }

// Match accepts zip packages that have the parts of an Office document, and truncated ones that begin like it, so that
// Open can say what is wrong with them.
func (Format) Match(head []byte, in sheet.Input) bool {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false
	}
	if first := firstPart(head); first == "[content_types].xml" || first == "_rels/.rels" || strings.HasPrefix(first, "xl/") {
		return true // as nearly always, without a look at the directory
	}
	r, err := zip.NewReader(in.Data, in.Size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return bytes.Contains(head, []byte("[Content_Types].xml")) || bytes.Contains(head, []byte("_rels/.rels")) ||
			bytes.Contains(head, []byte("xl/"))
	}
	for _, f := range r.File {
		switch strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")) {
		case "[content_types].xml", "xl/workbook.xml":
			return true
		}
	}
	return false
}

// firstPart gives the name of a package's first part, in lower case.
func firstPart(head []byte) string {
	const fixed = 30 // bytes in front of the name
	if len(head) < fixed {
		return ""
	}
	end := fixed + int(binary.LittleEndian.Uint16(head[26:]))
	return strings.ToLower(string(head[fixed:min(end, len(head))]))
}

// Open reads the list of sheets and the styles.
func (Format) Open(ctx context.Context, in sheet.Input, limits sheet.Limits) (sheet.Book, error) {
	archive, err := zipxml.OpenArchive(in, limits)
	if err != nil {
		return nil, err
	}
	b := &book{file: in.Name, archive: archive, limits: limits.WithDefaults()}
	main, err := b.mainPart(ctx)
	if err == nil {
		err = b.readWorkbook(ctx, main)
	}
	if err != nil {
		archive.Close()
		return nil, err
	}
	return b, nil
}

// mainPart finds the workbook among the package's relations.
func (b *book) mainPart(ctx context.Context) (string, error) {
	const usual = "xl/workbook.xml"
	if !b.archive.Has("_rels/.rels") {
		return usual, nil
	}
	rels, err := b.relations(ctx, "")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if r.kind == "officeDocument" {
			return r.target, nil
		}
	}
	return usual, nil
}

// relation is a pointer from one part to another.
type relation struct {
	id     string
	kind   string // last step of the relation's type, which strict and transitional books share
	target string // name of the part
}

// relations reads where a part points to; "" is the package itself.
func (b *book) relations(ctx context.Context, part string) ([]relation, error) {
	dir, base := path.Split(part)
	name := dir + "_rels/" + base + ".rels"
	if !b.archive.Has(name) {
		return nil, nil
	}
	var rels []relation
	err := b.archive.Read(ctx, name, func(x *zipxml.Reader, root string) error {
		return x.Children(func([]byte) error {
			kind, _ := x.Attr("Type")
			target, _ := x.Attr("Target")
			id, _ := x.Attr("Id")
			if mode, _ := x.Attr("TargetMode"); string(mode) == "External" {
				return nil
			}
			rels = append(rels, relation{id: string(id), kind: relationKind(kind), target: targetOf(dir, target)})
			return nil
		})
	})
	return rels, err
}

// relationKind gives the last step of a relation's type, which is mostly one of a few.
func relationKind(b []byte) string {
	switch last := b[bytes.LastIndexByte(b, '/')+1:]; string(last) {
	case "worksheet":
		return "worksheet"
	case "sharedStrings":
		return "sharedStrings"
	case "styles":
		return "styles"
	case "theme":
		return "theme"
	case "comments":
		return "comments"
	}
	return path.Base(string(b))
}

// targetOf gives the name of the part that a relation of a part in dir points to.
func targetOf(dir string, target []byte) string {
	plain := len(target) > 0 && !bytes.Contains(target, []byte("//")) && !bytes.Contains(target, []byte("/.")) &&
		target[0] != '.' && target[0] != '/' && target[len(target)-1] != '/' && bytes.IndexByte(target, '\\') < 0
	if plain && !strings.HasPrefix(dir, ".") && !strings.HasPrefix(dir, "/") && !strings.Contains(dir, "//") && !strings.Contains(dir, "/.") {
		return dir + string(target) // as nearly always: there is nothing to clean
	}
	t := strings.ReplaceAll(string(target), `\`, "/")
	if !strings.HasPrefix(t, "/") {
		t = dir + t
	}
	return strings.TrimPrefix(path.Clean("/"+t), "/")
}

func isTrue(value []byte) bool {
	switch string(value) {
	case "1", "true", "on":
		return true
	}
	return false
}

func (b *book) fault(what, remedy string) *fault.Error {
	return &fault.Error{Kind: fault.Input, File: b.file, What: what, Remedy: remedy}
}
