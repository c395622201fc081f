package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/sync/errgroup"

	"github.com/statloom/statloom/sources/sheet"
	"github.com/statloom/statloom/sources/sheet/inflate"
	"github.com/statloom/statloom/sources/sheet/xlsx"
)

// ours are the readers that run within this program.
var ours = []string{"statloom", beside, "inflate-own", "inflate", "excelize"}

// beside is statloom reading as many books at once as there are cores, as it does wherever it reads several.
const beside = "statloom-beside"

// readOne reads the books with one of our readers and prints what it took.
func readOne(name string, books []string) error {
	read, ok := map[string]func(string) (int64, error){
		"statloom": readStatloom, beside: readStatloom, "inflate": inflateStandard, "inflate-own": inflateOwn, "excelize": readExcelize,
	}[name]
	if !ok {
		return fmt.Errorf("no reader %q", name)
	}
	atOnce := 1
	if name == beside {
		atOnce = runtime.GOMAXPROCS(0)
	}
	start := time.Now()
	cells, err := readAll(read, books, atOnce)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"seconds": time.Since(start).Seconds(), "cells": cells})
}

// readAll reads so many books at once.
func readAll(read func(string) (int64, error), books []string, atOnce int) (int64, error) {
	var next, cells atomic.Int64
	var group errgroup.Group
	for range atOnce {
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(books) {
					return nil
				}
				n, err := read(books[i])
				if err != nil {
					return fmt.Errorf("%s: %w", books[i], err)
				}
				cells.Add(n)
			}
		})
	}
	err := group.Wait()
	return cells.Load(), err
}

// readStatloom reads all cells with values, formats and looks, the way everything in statloom does.
func readStatloom(path string) (cells int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	ctx := context.Background()
	b, err := sheet.Open(ctx, []sheet.Format{xlsx.Format{}}, sheet.Input{Name: path, Data: f, Size: info.Size()}, sheet.Limits{})
	if err != nil {
		return 0, err
	}
	defer b.Close()
	for i := range b.Sheets() {
		_, err := b.Scan(ctx, i, func(r *sheet.Row) error {
			for k := range r.Cells {
				if r.Cells[k].Type != sheet.Empty {
					cells++
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return cells, nil
}

// readExcelize reads all cells with excelize in its fastest form: rows as they are stored, numbers parsed by the caller.
func readExcelize(path string) (cells int64, err error) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return 0, err
	}
	defer f.Close()
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
				if n, err := strconv.ParseFloat(v, 64); err == nil && math.IsInf(n, 0) { // so that it is not optimised away
					return 0, fmt.Errorf("%q is no figure", v)
				}
			}
		}
		if err := rows.Error(); err != nil {
			return 0, err
		}
		if err := rows.Close(); err != nil {
			return 0, err
		}
	}
	return cells, nil
}

// inflateStandard only inflates the parts of the book, with the standard library.
func inflateStandard(path string) (int64, error) {
	return 0, eachPart(path, func(part *zip.File) error {
		body, err := part.Open()
		if err != nil {
			return err
		}
		defer body.Close()
		_, err = io.Copy(io.Discard, body)
		return err
	})
}

// inflateOwn only inflates the parts of the book, with the reader's own inflater. It is made once for all books.
func inflateOwn(path string) (int64, error) {
	d, buf := &inflater.decoder, inflater.buf[:]
	return 0, eachPart(path, func(part *zip.File) error {
		raw, err := part.OpenRaw()
		if err != nil {
			return err
		}
		d.Reset(raw)
		for from := 0; ; {
			to, err := d.Next(buf, from)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			from = copy(buf, buf[max(0, to-inflate.Window):to])
		}
	})
}

var inflater struct {
	decoder inflate.Decoder
	buf     [inflate.Window + 256<<10 + inflate.Slack]byte
}

func eachPart(path string, visit func(*zip.File) error) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, part := range z.File {
		if err := visit(part); err != nil {
			return fmt.Errorf("part %s: %w", part.Name, err)
		}
	}
	return nil
}
