package pipeline

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// BenchmarkFragmentForms compares forms that fragments could have, with those of a lake: STATLOOM_FRAGMENTS names its folder
// of fragments. What a form costs is told per fragment, and its size in bytes.
func BenchmarkFragmentForms(b *testing.B) {
	folder := os.Getenv("STATLOOM_FRAGMENTS")
	if folder == "" {
		b.Skip("STATLOOM_FRAGMENTS names no folder of fragments")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.arrow"))
	if err != nil || len(files) == 0 {
		b.Fatal("no fragments in ", folder, err)
	}
	var all [][]arrow.RecordBatch
	rows := int64(0)
	for _, name := range files {
		batches := fragmentOf(b, name)
		for _, r := range batches {
			rows += r.NumRows()
		}
		if len(batches) > 0 {
			all = append(all, batches)
		}
	}
	b.Logf("%d fragments with rows of %d, %d rows", len(all), len(files), rows)
	for _, form := range forms() {
		stored := make([][]byte, len(all))
		b.Run("write/"+form.name, func(b *testing.B) {
			for range b.N {
				for i, batches := range all {
					var out bytes.Buffer
					if err := form.write(&out, batches); err != nil {
						b.Fatal(err)
					}
					stored[i] = out.Bytes()
				}
			}
			size := 0
			for _, s := range stored {
				size += len(s)
			}
			b.ReportMetric(float64(size)/float64(len(all)), "bytes/fragment")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/fragment")
		})
		b.Run("read/"+form.name, func(b *testing.B) {
			for range b.N {
				n := int64(0)
				for _, s := range stored {
					some, err := form.read(s)
					if err != nil {
						b.Fatal(err)
					}
					n += some
				}
				if n != rows {
					b.Fatalf("%d rows, want %d", n, rows)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/fragment")
		})
	}
}

// fragmentOf reads the batches of a stored fragment.
func fragmentOf(b *testing.B, name string) (batches []arrow.RecordBatch) {
	b.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	raw = raw[:len(raw)-32] // the seal
	end := int(binary.LittleEndian.Uint64(raw[len(raw)-8:]))
	r, err := ipc.NewReader(bytes.NewReader(raw[:len(raw)-8-end]))
	if err != nil {
		b.Fatal(err)
	}
	for r.Next() {
		batch := r.RecordBatch()
		batch.Retain()
		batches = append(batches, batch)
	}
	if r.Err() != nil {
		b.Fatal(r.Err())
	}
	return batches
}

type form struct {
	name  string
	write func(w io.Writer, batches []arrow.RecordBatch) error
	read  func(raw []byte) (rows int64, err error)
}

func forms() []form {
	arrows := func(name string, o ...ipc.Option) form {
		return form{name, func(w io.Writer, batches []arrow.RecordBatch) error {
			out := ipc.NewWriter(w, append(o, ipc.WithSchema(batches[0].Schema()))...)
			for _, r := range batches {
				if err := out.Write(r); err != nil {
					return err
				}
			}
			return out.Close()
		}, func(raw []byte) (rows int64, err error) {
			r, err := ipc.NewReader(bytes.NewReader(raw))
			if err != nil {
				return 0, err
			}
			defer r.Release()
			for r.Next() {
				rows += r.RecordBatch().NumRows()
			}
			return rows, r.Err()
		}}
	}
	parquets := func(name string, codec compress.Compression) form {
		return form{name, func(w io.Writer, batches []arrow.RecordBatch) error {
			out, err := pqarrow.NewFileWriter(batches[0].Schema(), w, parquet.NewWriterProperties(parquet.WithCompression(codec)),
				pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
			if err != nil {
				return err
			}
			for _, r := range batches {
				if err := out.Write(r); err != nil {
					return err
				}
			}
			return out.Close()
		}, func(raw []byte) (rows int64, err error) {
			in, err := file.NewParquetReader(bytes.NewReader(raw))
			if err != nil {
				return 0, err
			}
			defer in.Close()
			r, err := pqarrow.NewFileReader(in, pqarrow.ArrowReadProperties{BatchSize: 1 << 16}, memory.DefaultAllocator)
			if err != nil {
				return 0, err
			}
			records, err := r.GetRecordReader(context.Background(), nil, nil)
			if err != nil {
				return 0, err
			}
			defer records.Release()
			for records.Next() {
				rows += records.RecordBatch().NumRows()
			}
			if err := records.Err(); err != nil && err != io.EOF {
				return 0, err
			}
			return rows, nil
		}}
	}
	return []form{
		arrows("arrow"), arrows("arrow-zstd", ipc.WithZstd()), arrows("arrow-lz4", ipc.WithLZ4()),
		parquets("parquet-zstd", compress.Codecs.Zstd), parquets("parquet-snappy", compress.Codecs.Snappy),
	}
}
