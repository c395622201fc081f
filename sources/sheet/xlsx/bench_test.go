package xlsx

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/statloom/statloom/bench/bookgen"
	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/inflate"
)

// benchBooks gives the books of a kind: those that `go run ./bench/books` wrote into the folder that STATLOOM_BOOKS
// names, or smaller ones made anew.
func benchBooks(b *testing.B, kind string) []string {
	b.Helper()
	if dir := os.Getenv("STATLOOM_BOOKS"); dir != "" {
		files, err := filepath.Glob(filepath.Join(dir, kind+"*"))
		if kind == "small" {
			files, err = filepath.Glob(filepath.Join(dir, "small", "*.xlsx"))
		}
		if err != nil || len(files) == 0 {
			b.Fatalf("no %s books in %s: %v", kind, dir, err)
		}
		return files
	}
	dir := b.TempDir()
	var files []string
	for i := range map[string]int{"mixed": 1, "numbers": 1, "small": 40}[kind] {
		path := filepath.Join(dir, strconv.Itoa(i)+".xlsx")
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		switch kind {
		case "mixed":
			err = bookgen.Mixed(f, 30_000)
		case "numbers":
			err = bookgen.Numbers(f, 100_000)
		case "small":
			err = bookgen.Small(f, i)
		}
		if err != nil || f.Close() != nil {
			b.Fatal(err)
		}
		files = append(files, path)
	}
	return files
}

// BenchmarkBooks compares reading whole books, each value taken as a number where it is one.
func BenchmarkBooks(b *testing.B) {
	for _, kind := range []string{"mixed", "numbers", "small"} {
		files := benchBooks(b, kind)
		for _, reader := range []struct {
			name string
			read func(path string) (cells int, err error)
		}{
			{"statloom", readStatloom},
			{"inflate", readInflating},
			{"excelize", readExcelize},
		} {
			b.Run(kind+"/"+reader.name, func(b *testing.B) {
				b.ReportAllocs()
				cells := 0
				for b.Loop() {
					for _, path := range files {
						n, err := reader.read(path)
						if err != nil {
							b.Fatal(err)
						}
						cells += n
					}
				}
				b.ReportMetric(float64(cells)/b.Elapsed().Seconds(), "cells/s")
			})
		}
	}
}

func readStatloom(path string) (cells int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	in := sheet.Input{Name: filepath.Base(path), Data: f, Size: info.Size()}
	ctx := context.Background()
	book, err := sheet.Open(ctx, []sheet.Format{Format{}}, in, sheet.Limits{})
	if err != nil {
		return 0, err
	}
	defer book.Close()
	sum := 0.0
	for i := range book.Sheets() {
		if _, err := book.Scan(ctx, i, func(r *sheet.Row) error {
			for j := range r.Cells {
				if c := &r.Cells[j]; c.Type != sheet.Empty {
					cells++
					sum += c.Num
				}
			}
			return nil
		}); err != nil {
			return 0, err
		}
	}
	return cells, nil
}

// readInflating does nothing but inflate the parts, with the reader's own inflater, on one core.
func readInflating(path string) (int, error) {
	r, err := zip.OpenReader(path)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	buf := make([]byte, inflate.Window+128<<10+inflate.Slack)
	for _, f := range r.File {
		raw, err := f.OpenRaw()
		if err != nil {
			return 0, err
		}
		unpacker.Reset(raw)
		for from := 0; ; {
			to, err := unpacker.Next(buf, from)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return 0, err
			}
			from = copy(buf, buf[max(0, to-inflate.Window):to])
		}
	}
	return 0, nil
}

var unpacker = new(inflate.Decoder)

// readExcelize reads as its users do who want the values as they are.
func readExcelize(path string) (cells int, err error) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return 0, err
	}
	defer f.Close()
	sum := 0.0
	for _, name := range f.GetSheetList() {
		rows, err := f.Rows(name)
		if err != nil {
			return 0, err
		}
		for rows.Next() {
			values, err := rows.Columns(excelize.Options{RawCellValue: true})
			if err != nil {
				return 0, err
			}
			for _, v := range values {
				if v == "" {
					continue
				}
				cells++
				if n, err := strconv.ParseFloat(v, 64); err == nil {
					sum += n
				}
			}
		}
		if err := rows.Close(); err != nil {
			return 0, err
		}
	}
	return cells, nil
}
