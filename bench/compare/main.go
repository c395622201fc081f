// Command compare measures statloom's readers against those that people use today, on generated and on real books.
//
// Every reader runs in a process of its own that reports the time of reading alone (after imports and start-up) and its
// cells; the process's peak memory comes from the kernel. Rounds are interleaved, so that a busy moment of the machine hits
// all alike, and medians are compared.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"
)

func main() {
	one := flag.String("one", "", "read the books with this reader of ours in this process, and print what it took")
	bench := flag.String("bench", "bench", "folder of the benchmarks' scripts")
	work := flag.String("work", "bench/.work", "folder of the generated books and of the peers")
	real := flag.String("real", "", "folder of real books to measure as well")
	rounds := flag.Int("rounds", 5, "rounds of each reader")
	readers := flag.String("readers", "", "measure only these readers, separated by commas")
	budget := flag.Duration("budget", time.Minute, "a reader whose rounds on one set of books took this long runs no further one")
	out := flag.String("out", "", "write the results here as JSON, which -report reads")
	report := flag.String("report", "", "tell the results in this JSON file as a table, instead of measuring")
	doc := flag.String("doc", "", "with -report: the document that takes the table, between its marks; without one it is printed")
	plot := flag.String("plot", "", "with -report: where the plot goes")
	flag.Parse()

	if err := run(context.Background(), *one, *report, flag.Args(), options{*bench, *work, *real, *readers, *rounds, *budget, *out, *doc, *plot}); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

type options struct {
	bench, work, real string
	readers           string
	rounds            int
	budget            time.Duration
	out, doc, plot    string
}

func run(ctx context.Context, one, report string, books []string, o options) error {
	switch {
	case one != "":
		return readOne(one, books)
	case report != "":
		return writeReport(report, o)
	}
	sets, err := findSets(o)
	if err != nil {
		return err
	}
	peers, missing := findPeers(ctx, o)
	if o.readers != "" {
		only := strings.Split(o.readers, ",")
		peers = slices.DeleteFunc(peers, func(p peer) bool { return !slices.Contains(only, p.name) })
		missing = nil
	}
	for _, m := range missing {
		fmt.Fprintln(os.Stderr, "left out:", m)
	}
	results := Results{Machine: machine(), Missing: missing}
	for _, s := range sets {
		runs := measure(ctx, s, peers, o)
		results.Sets = append(results.Sets, SetResult{Name: s.name, Title: s.title, Books: len(s.books), Bytes: s.bytes, Runs: runs})
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	if o.out != "" {
		return os.WriteFile(o.out, append(text, '\n'), 0o644)
	}
	fmt.Println(string(text))
	return nil
}

// set is a set of books that every reader reads in one go.
type set struct {
	name, title string
	books       []string
	bytes       int64
}

func findSets(o options) ([]set, error) {
	sets := []set{
		{name: "mixed", title: "300,000 rows × 20 mixed columns", books: []string{filepath.Join(o.work, "books", "mixed.xlsx")}},
		{name: "numbers", title: "1,000,000 rows × 10 numbers", books: []string{filepath.Join(o.work, "books", "numbers.xlsx")}},
		{name: "small", title: "400 small statistical books", books: glob(filepath.Join(o.work, "books", "small", "*.xlsx"))},
	}
	if o.real != "" {
		sets = append(sets, set{name: "real", title: "monthly books of a statistics office", books: glob(filepath.Join(o.real, "*.xlsx"))})
	}
	for i := range sets {
		if len(sets[i].books) == 0 {
			return nil, fmt.Errorf("no books for %s: run `make bench-books`", sets[i].name)
		}
		for _, b := range sets[i].books {
			info, err := os.Stat(b)
			if err != nil {
				return nil, err
			}
			sets[i].bytes += info.Size()
		}
	}
	return sets, nil
}

func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern) // the only error is a bad pattern, and ours are constant
	sort.Strings(found)
	return found
}
