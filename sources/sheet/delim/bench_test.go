package delim

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/statloom/statloom/sources/sheet"
)

// plainFile is a table as offices export it: a few labels, many numbers.
func plainFile(rows int) []byte {
	var out strings.Builder
	out.WriteString("Mã;Tên;2019;2020;2021;2022;2023;2024\n")
	for i := range rows {
		fmt.Fprintf(&out, "%05d;Tỉnh số %d;%d.%d;%d;%d.25;..;%d;%d.125\n", i%63, i%63, i*37%9000, i%10, i*11, i%977, i*7, i%31)
	}
	return []byte(out.String())
}

func BenchmarkOpen(b *testing.B) {
	data := plainFile(200_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Format{}).Open(b.Context(), sheet.Input{Name: "b.csv", Data: bytes.NewReader(data), Size: int64(len(data))}, sheet.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	for name, data := range map[string][]byte{"plain": plainFile(200_000), "quoted": quotedFile(100_000)} {
		b.Run(name, func(b *testing.B) {
			book, err := (Format{}).Open(b.Context(), sheet.Input{Name: "b.csv", Data: bytes.NewReader(data), Size: int64(len(data))}, sheet.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := book.Scan(b.Context(), 0, func(*sheet.Row) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func quotedFile(rows int) []byte {
	var out strings.Builder
	out.WriteString("\"Mã\";\"Tên\";\"2019\";\"2020\"\n")
	for i := range rows {
		fmt.Fprintf(&out, "\"%05d\";\"Tỉnh số %d; \"\"cũ\"\"\";\"%d.%d\";%d\n", i%63, i%63, i*37%9000, i%10, i*11)
	}
	return []byte(out.String())
}

// BenchmarkRecords cuts the fields and does nothing with them, as encoding/csv does.
func BenchmarkRecords(b *testing.B) {
	data := plainFile(200_000)
	book := &book{
		in: sheet.Input{Name: "b.csv", Data: bytes.NewReader(data), Size: int64(len(data))}, enc: &utf8Plain, limits: sheet.DefaultLimits(),
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := book.records(b.Context(), dialect{comma: ';', quote: '"'}, func(*record) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodingCSV(b *testing.B) {
	data := plainFile(200_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(data))
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = ';', -1, true
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
