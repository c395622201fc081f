package inflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// unpack decompresses a stream, at most so many bytes at a time.
func unpack(d *Decoder, src io.Reader, size int) ([]byte, error) {
	d.Reset(src)
	buf := make([]byte, Window+size+Slack)
	guard := bytes.Repeat([]byte{0xA5}, Margin)
	copy(buf[len(buf)-Margin:], guard)
	var out []byte
	from := 0
	for {
		to, err := d.Next(buf, from)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if to <= from || to > len(buf)-Margin || !bytes.Equal(buf[len(buf)-Margin:], guard) {
			return out, fmt.Errorf("%d to %d of %d bytes", from, to, len(buf))
		}
		out = append(out, buf[from:to]...)
		keep := min(to, Window)
		copy(buf, buf[to-keep:to])
		from = keep
	}
}

// samples are texts of many kinds.
func samples() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 100_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	var cells, digits strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&cells, `<c r="%c%d" s="%d" t="s"><v>%d</v></c>`, 'A'+i%26, i/26+1, r.IntN(9), r.IntN(3000))
		fmt.Fprint(&digits, r.Float64())
	}
	skewed := make([]byte, 100_000) // codes of every length
	for i := range skewed {
		skewed[i] = byte(min(255, int(r.ExpFloat64()*4)))
	}
	far := append(bytes.Clone(random[:Window]), random...) // repeats from as far back as can be
	return map[string][]byte{
		"nothing": {}, "a byte": {7}, "one letter": bytes.Repeat([]byte("a"), 300_000), "two letters": bytes.Repeat([]byte("ab"), 100_000),
		"random": random, "cells": []byte(cells.String()), "digits": []byte(digits.String()), "skewed": skewed, "far": far,
		"seven": bytes.Repeat([]byte("1234567"), 50_000), "eleven": bytes.Repeat([]byte("12345678901"), 50_000), "nineteen": bytes.Repeat([]byte("1234567890123456789"), 50_000),
	}
}

// deflate compresses with the standard library.
func deflate(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	for piece := data; len(piece) > 0; piece = piece[min(len(piece), 60_000):] {
		if _, err := w.Write(piece[:min(len(piece), 60_000)]); err != nil {
			t.Fatal(err)
		}
		if len(data)%2 == 0 {
			w.Flush()
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestInflate(t *testing.T) {
	d := new(Decoder)
	for name, data := range samples() {
		for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.DefaultCompression, flate.BestCompression, flate.HuffmanOnly} {
			packed := deflate(t, data, level)
			for _, size := range []int{1, 1000, 256 << 10} {
				if size == 1 && len(data) > 100_000 {
					continue
				}
				got, err := unpack(d, bytes.NewReader(packed), size)
				if err != nil || !bytes.Equal(got, data) {
					t.Fatalf("%s, level %d, %d bytes at a time: %v, %d of %d bytes", name, level, size, err, len(got), len(data))
				}
			}
			if got, err := unpack(d, iotest.HalfReader(bytes.NewReader(packed)), 5000); err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%s, level %d, read by halves: %v", name, level, err)
			}
		}
	}
}

// TestTruncated cuts streams: what is given before the error is what the stream begins with.
func TestTruncated(t *testing.T) {
	d := new(Decoder)
	for name, data := range samples() {
		data = data[:min(len(data), 20_000)]
		for _, level := range []int{flate.NoCompression, flate.DefaultCompression, flate.HuffmanOnly} {
			packed := deflate(t, data, level)
			for cut := 0; cut < len(packed); cut += 1 + len(packed)/300 {
				got, err := unpack(d, bytes.NewReader(packed[:cut]), 500)
				if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(data, got) {
					t.Fatalf("%s, level %d, %d of %d bytes: %v", name, level, cut, len(packed), err)
				}
			}
		}
	}
}

func TestErrorsOfTheSource(t *testing.T) {
	packed := deflate(t, samples()["digits"], flate.DefaultCompression)
	own := errors.New("mine")
	src := io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), iotest.ErrReader(own))
	d := new(Decoder)
	if _, err := unpack(d, src, 1000); !errors.Is(err, own) {
		t.Error(err)
	}
	if _, err := d.Next(make([]byte, 2*Window), 0); !errors.Is(err, ErrCorrupt) {
		t.Errorf("after an error: %v", err)
	}
	if _, err := d.Next(make([]byte, 10), 0); !errors.Is(err, io.ErrShortBuffer) {
		t.Errorf("a buffer without room: %v", err)
	}
}

// agree holds the decoder against compress/flate: the same bytes, or an error of both.
func agree(t *testing.T, d *Decoder, packed []byte, size int) {
	t.Helper()
	const most = 1 << 22
	r := flate.NewReader(bytes.NewReader(packed))
	want, wantErr := io.ReadAll(io.LimitReader(r, most+1))
	if len(want) > most {
		beginAlike(t, d, packed, want)
		return
	}
	got, err := unpack(d, bytes.NewReader(packed), size)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%v, compress/flate says %v", err, wantErr)
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%d bytes differ from the %d of compress/flate", len(got), len(want))
	}
	if !bytes.HasPrefix(want, got) {
		t.Fatalf("%d bytes are not what compress/flate gives first", len(got))
	}
}

// beginAlike holds the beginning of a stream that is too long to be kept against what compress/flate gives.
func beginAlike(t *testing.T, d *Decoder, packed, want []byte) {
	t.Helper()
	d.Reset(bytes.NewReader(packed))
	buf := make([]byte, Window+64<<10+Slack)
	for from := 0; len(want) > 0; {
		to, err := d.Next(buf, from)
		if err != nil {
			t.Fatalf("%v, where compress/flate has %d bytes more", err, len(want))
		}
		n := min(to-from, len(want))
		if !bytes.Equal(buf[from:from+n], want[:n]) {
			t.Fatalf("other bytes than compress/flate's, %d before the end", len(want))
		}
		want = want[n:]
		from = copy(buf, buf[max(0, to-Window):to])
	}
}

// TestLongStream is about a stream that agree does not keep as a whole.
func TestLongStream(t *testing.T) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 << 20 { // more than 4 MiB
		fmt.Fprintf(w, "%d,", i*i%1001)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	agree(t, new(Decoder), packed.Bytes(), 1<<12)
}

// TestDamaged flips bits and exchanges bytes of sound streams.
func TestDamaged(t *testing.T) {
	d := new(Decoder)
	r := rand.New(rand.NewPCG(3, 4))
	for _, data := range samples() {
		packed := deflate(t, data[:min(len(data), 5000)], flate.DefaultCompression)
		for range 300 {
			damaged := bytes.Clone(packed)
			for range 1 + r.IntN(3) {
				damaged[r.IntN(len(damaged))] ^= 1 << r.IntN(8)
			}
			agree(t, d, damaged, 1000)
		}
	}
}

// TestHeadersAtRandom makes headers that few compressors write, most of which are wrong.
func TestHeadersAtRandom(t *testing.T) {
	d := new(Decoder)
	r := rand.New(rand.NewPCG(5, 6))
	for range 10_000 {
		data := make([]byte, 60+r.IntN(60))
		for i := range data {
			data[i] = byte(r.Uint32()) & byte(r.Uint32()|r.Uint32())
		}
		data[0] = data[0]&^7 | 4 | byte(r.IntN(2))
		agree(t, d, data, 300)
	}
}

func FuzzInflate(f *testing.F) {
	for _, data := range samples() {
		for _, level := range []int{flate.NoCompression, flate.DefaultCompression, flate.HuffmanOnly} {
			f.Add(deflate(f, data[:min(len(data), 500)], level), uint16(100))
		}
	}
	f.Add([]byte{3, 0}, uint16(0))
	f.Add([]byte{1, 1, 0, 0xfe, 0xff, 'a'}, uint16(1))
	d := new(Decoder)
	f.Fuzz(func(t *testing.T, packed []byte, size uint16) { agree(t, d, packed, int(size)+1) })
}

// BenchmarkInflate unpacks what a sheet of figures and what a register looks like.
func BenchmarkInflate(b *testing.B) {
	for _, name := range []string{"cells", "digits"} {
		data := bytes.Repeat(samples()[name], 20)
		packed := deflate(b, data, flate.DefaultCompression)
		b.Run(name+"/statloom", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			d := new(Decoder)
			buf := make([]byte, Window+256<<10+Slack)
			for b.Loop() {
				d.Reset(bytes.NewReader(packed))
				for from := 0; ; {
					to, err := d.Next(buf, from)
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					from = copy(buf, buf[max(0, to-Window):to])
				}
			}
		})
		b.Run(name+"/compress", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			r := flate.NewReader(nil)
			for b.Loop() {
				if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
