package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Results is what a measurement gives.
type Results struct {
	Machine string      `json:"machine"`
	Missing []string    `json:"missing,omitempty"`
	Sets    []SetResult `json:"sets"`
}

// SetResult holds the runs of all readers over one set of books.
type SetResult struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Books int    `json:"books"`
	Bytes int64  `json:"bytes"`
	Runs  []Run  `json:"runs"`
}

// Run is a reader's figures over one set of books: seconds of every round, cells of a round, the highest peak of memory.
type Run struct {
	Reader  string    `json:"reader"`
	Seconds []float64 `json:"seconds"`
	Cells   int64     `json:"cells"`
	Peak    int64     `json:"peak_bytes"`
	Failed  string    `json:"failed,omitempty"`
}

// Median is the median of the rounds in seconds; of an even number of rounds the lower of the two in the middle.
func (r Run) Median() float64 {
	if len(r.Seconds) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(r.Seconds))
	return s[(len(s)-1)/2]
}

// peer is a reader and how it is called; the books follow.
type peer struct {
	name string
	argv []string
	env  string
	sets []string // the sets of books it reads; none: all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// findPeers lists the readers that are there, and says which are not.
func findPeers(ctx context.Context, o options) (peers []peer, missing []string) {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	for _, name := range ours {
		p := peer{name: name, argv: []string{self, "-one", name}}
		if name == beside {
			p.sets = []string{"small", "real"}
		}
		peers = append(peers, p)
	}
	if program := filepath.Join(o.work, "statloom"); exists(program) {
		out := filepath.Join(o.work, "out.parquet")
		peers = append(peers,
			peer{name: "to-parquet", sets: []string{"mixed"}, argv: []string{program, "read", "--format", "parquet", "--as", "list", "--out", out}},
			peer{name: "to-parquet", sets: []string{"small"}, argv: []string{program, "read", "--format", "parquet", "--out", out}},
			peer{name: "count", argv: []string{program, "read", "--count"}})
	}
	python := filepath.Join(o.work, "peers", "python", "bin", "python")
	for _, p := range []struct{ name, module string }{
		{"calamine", "python_calamine"}, {"fastexcel", "fastexcel"}, {"polars", "polars"}, {"openpyxl", "openpyxl"}, {"pandas", "pandas"},
	} {
		if exec.CommandContext(ctx, python, "-c", "import "+p.module).Run() != nil {
			missing = append(missing, p.name+" (Python)")
			continue
		}
		peers = append(peers, peer{name: p.name, argv: []string{python, filepath.Join(o.bench, "peers", "peer.py"), p.name}})
	}
	if !slices.Contains(missing, "pandas (Python)") {
		peers = append(peers, peer{name: "pandas-to-parquet", sets: []string{"small"},
			argv: []string{python, filepath.Join(o.bench, "peers", "pandas_to_parquet.py"), filepath.Join(o.work, "pandas.parquet")}})
	}
	node := filepath.Join(o.work, "peers", "node")
	if _, err := os.Stat(filepath.Join(node, "node_modules", "xlsx")); err != nil {
		missing = append(missing, "SheetJS (Node.js)")
	} else {
		abs, _ := filepath.Abs(node)
		peers = append(peers, peer{
			name: "SheetJS", env: "PEERS_NODE=" + abs,
			argv: []string{"node", "--max-old-space-size=12000", filepath.Join(o.bench, "peers", "sheetjs.mjs")},
		})
	}
	if exec.CommandContext(ctx, "Rscript", "-e", "library(readxl)").Run() != nil {
		missing = append(missing, "readxl (R)")
	} else {
		peers = append(peers, peer{name: "readxl", argv: []string{"Rscript", filepath.Join(o.bench, "peers", "readxl.R")}})
	}
	return peers, missing
}

// measure runs all readers over a set, round after round. A reader that fails or has used up its budget is left out of the
// rounds that follow.
func measure(ctx context.Context, s set, peers []peer, o options) []Run {
	peers = slices.DeleteFunc(slices.Clone(peers), func(p peer) bool { return p.sets != nil && !slices.Contains(p.sets, s.name) })
	runs := make([]Run, len(peers))
	for round := range o.rounds {
		for i, p := range peers {
			r := &runs[i]
			r.Reader = p.name
			if r.Failed != "" || sum(r.Seconds) > o.budget.Seconds() {
				continue
			}
			took, cells, peak, err := p.read(ctx, s.books)
			if err != nil {
				r.Failed = err.Error()
				fmt.Fprintf(os.Stderr, "%s, %s: %v\n", s.name, p.name, err)
				continue
			}
			r.Seconds, r.Cells, r.Peak = append(r.Seconds, took), cells, max(r.Peak, peak)
			fmt.Fprintf(os.Stderr, "%s, round %d, %s: %.3f s, %d cells, %d MiB\n", s.name, round+1, p.name, took, cells, peak>>20)
		}
	}
	return runs
}

// read runs the reader once in a process of its own.
func (p peer) read(ctx context.Context, books []string) (seconds float64, cells, peak int64, err error) {
	c := exec.CommandContext(ctx, p.argv[0], append(slices.Clone(p.argv[1:]), books...)...)
	if p.env != "" {
		c.Env = append(os.Environ(), p.env)
	}
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	start := time.Now()
	if err := c.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
		return 0, 0, 0, fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	var took struct {
		Seconds float64 `json:"seconds"`
		Cells   int64   `json:"cells"`
	}
	if filepath.Base(p.argv[0]) == "statloom" { // the program does not time itself
		took.Seconds = time.Since(start).Seconds()
	} else if err := json.Unmarshal(out.Bytes(), &took); err != nil {
		return 0, 0, 0, fmt.Errorf("what it printed is no JSON: %w", err)
	}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peak = usage.Maxrss << 10
	}
	return took.Seconds, took.Cells, peak, nil
}

func sum(values []float64) (s float64) {
	for _, v := range values {
		s += v
	}
	return s
}

// machine says what the figures were measured on.
func machine() string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), time.Now().Format("January 2006"))
}
