// Command books writes the workbooks that readers are measured on: go run ./bench/books -out DIR.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/statloom/statloom/bench/bookgen"
)

func main() {
	out := flag.String("out", "", "folder to write to")
	mixed := flag.Int("mixed", 300_000, "rows of mixed.xlsx")
	numbers := flag.Int("numbers", 1_000_000, "rows of numbers.xlsx")
	small := flag.Int("small", 400, "number of books in small/")
	flag.Parse()
	if err := write(*out, *mixed, *numbers, *small); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(out string, mixed, numbers, small int) error {
	if out == "" {
		return errors.New("-out names the folder to write to")
	}
	if err := os.MkdirAll(filepath.Join(out, "small"), 0o755); err != nil {
		return err
	}
	if err := file(filepath.Join(out, "mixed.xlsx"), func(w io.Writer) error { return bookgen.Mixed(w, mixed) }); err != nil {
		return err
	}
	if err := file(filepath.Join(out, "numbers.xlsx"), func(w io.Writer) error { return bookgen.Numbers(w, numbers) }); err != nil {
		return err
	}
	for i := range small {
		path := filepath.Join(out, "small", fmt.Sprintf("%03d.xlsx", i))
		if err := file(path, func(w io.Writer) error { return bookgen.Small(w, i) }); err != nil {
			return err
		}
	}
	return nil
}

func file(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Close()
}
