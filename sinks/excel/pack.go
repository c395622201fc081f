package excel

import (
	"archive/zip"
	"cmp"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/statloom/statloom/sinks/files"
)

// save writes the workbook so that equal contents are equal bytes: its parts in a fixed order, without a time.
func (w *writer) save(path string) (err error) {
	draft, err := os.CreateTemp(w.release.Dir, ".workbook-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, draft.Close(), os.Remove(draft.Name())) }()
	size, err := w.file.WriteTo(draft)
	if err != nil {
		return err
	}
	parts, err := zip.NewReader(draft, size)
	if err != nil {
		return err
	}
	return files.Write(path, func(out *os.File) error { return repack(out, parts.File) })
}

func repack(out io.Writer, parts []*zip.File) error {
	// Programs that look at the first part only expect this one there.
	first := func(p *zip.File) int { return map[bool]int{true: 0, false: 1}[p.Name == "[Content_Types].xml"] }
	slices.SortFunc(parts, func(a, b *zip.File) int { return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.Name, b.Name)) })
	z := zip.NewWriter(out)
	for _, p := range parts {
		header := &zip.FileHeader{Name: p.Name, Method: p.Method, CRC32: p.CRC32,
			CompressedSize64: p.CompressedSize64, UncompressedSize64: p.UncompressedSize64}
		from, err := p.OpenRaw()
		if err != nil {
			return err
		}
		to, err := z.CreateRaw(header)
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, from); err != nil {
			return err
		}
	}
	return z.Close()
}
