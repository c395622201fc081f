// Command generate makes the sample books of the Cần Thơ example and the values that its indicators must have. The
// figures of the yearbooks and of the register are invented; only the index figures are published ones, with their
// sources. It is a tool of the example, not a part of the program.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("dir", filepath.Join("examples", "cantho"), "folder of the example")
	out := flag.String("out", "", "folder to write to (default: the folder of the example)")
	flag.Parse()
	if *out == "" {
		*out = *dir
	}
	if err := run(*dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run reads the code lists and assumptions in dir and writes the books and expected.csv below out.
func run(dir, out string) error {
	in, err := readInput(dir)
	if err != nil {
		return err
	}
	first, second := firstEdition(in), secondEdition(in)
	reg := newRegister()
	books := []struct {
		name  string
		build func() (*book, error)
	}{
		{"2023-06-30-nien-giam-2022-cong-nghiep.xlsx", func() (*book, error) { return sideBySide(in, first) }},
		{"2025-06-27-nien-giam-2024-cong-nghiep.xlsx", func() (*book, error) { return stacked(in, second) }},
		{"2025-01-15-danh-sach-doanh-nghiep-cnht.xlsx", func() (*book, error) { return registerBook(reg) }},
		{"2025-05-20-dieu-tra-cnht-2024.xlsx", func() (*book, error) { return surveyBook(reg) }},
		{"2025-06-05-bao-cao-cong-thuong.xlsx", func() (*book, error) { return reportBook(in, second) }},
		{"2025-06-30-iip-can-tho-trich-dan.xlsx", citedBook},
	}
	if err := os.MkdirAll(filepath.Join(out, "books"), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for _, b := range books {
		made, err := b.build()
		if err != nil {
			return fmt.Errorf("build %s: %w", b.name, err)
		}
		if err := made.save(filepath.Join(out, "books", b.name)); err != nil {
			return fmt.Errorf("write %s: %w", b.name, err)
		}
	}
	return writeExpected(filepath.Join(out, "expected.csv"), in, first, second, reg)
}
