package csv

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// sum counts and hashes what it passes on.
type sum struct {
	to    io.Writer
	of    hash.Hash
	bytes int64
}

func newSum(to io.Writer) *sum { return &sum{to: to, of: sha256.New()} }

func (s *sum) Write(b []byte) (int, error) {
	n, err := s.to.Write(b)
	s.of.Write(b[:n])
	s.bytes += int64(n)
	return n, err
}

func (s *sum) hash() string { return hex.EncodeToString(s.of.Sum(nil)) }
