package concord_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/codes"
	"github.com/statloom/statloom/transforms/concord"
)

func smallLists(t testing.TB) concord.Lists {
	t.Helper()
	l, err := codes.Load(strings.NewReader("code,name_vi,valid_from,valid_to\na,A,,2025-06-30\nb,B,,\nc,C,2025-07-01,\n"), transforms.CodeList{ID: "l", File: "l.csv"})
	if err != nil {
		t.Fatal(err)
	}
	return concord.Lists{"l": l}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"weights", "from_code,to_code,weight,valid_from\na,b,0.5,2025-07-01\na,c,0.4999,2025-07-01\n", "c.csv:2: code a: its weights add up to 0.9999, not to 1"},
		{"one weight", "from_code,to_code,weight,valid_from\na,c,0.5,2025-07-01\n", "c.csv:2: code a: its weights add up to 0.5, not to 1"},
		{"some weights", "from_code,to_code,weight,valid_from\na,b,1,2025-07-01\na,c,,2025-07-01\n", "c.csv:2: code a: 1 of its 2 weights are missing; give all or none"},
		{"not a weight", "from_code,to_code,weight,valid_from\na,c,NaN,2025-07-01\n", `c.csv:2: weight is "NaN", want a number from 0 to 1, or nothing where the share is not known`},
		{"twice", "from_code,to_code,weight,valid_from\na,c,1,2025-07-01\na,c,1,2025-07-01\n", "c.csv:3: a to c is also on line 2"},
		{"no day", "from_code,to_code,weight\na,c,1\n", "c.csv: valid_from is missing: within one code list the day tells the old codes from the new ones"},
		{"two days", "from_code,to_code,weight,valid_from\na,c,1,2025-07-01\nb,b,1,2025-07-02\n", "c.csv: its rows say 2 different days in valid_from; write one concordance for each change"},
		{"not a day", "from_code,to_code,weight,valid_from\na,c,1,1/7/2025\n", `c.csv:2: valid_from is "1/7/2025", want a day such as 2025-07-01`},
		{"old code", "from_code,to_code,weight,valid_from\nc,c,1,2025-07-01\n", "c.csv:2: the code list l has no code c that is valid on 2025-06-30"},
		{"new code", "from_code,to_code,weight,valid_from\na,a,1,2025-07-01\n", "c.csv:2: the code list l has no code a that is valid on 2025-07-01"},
		{"no code", "from_code,to_code,weight,valid_from\n,c,1,2025-07-01\n", "c.csv:2: from_code or to_code is empty"},
		{"no rows", "from_code,to_code,weight\n", "c.csv: it has no rows"},
		{"empty", "", "c.csv: read the first line, which names the columns from_code,to_code,weight,valid_from,note: EOF"},
		{"column", "from,to_code,weight\n", `c.csv: there is no column "from" in a concordance; its columns are from_code,to_code,weight,valid_from,note`},
		{"no column", "from_code,to_code\n", "c.csv: there is no column weight"},
	} {
		_, err := concord.Load(strings.NewReader(tt.file), transforms.Concordance{ID: "c", From: "l", To: "l", File: "c.csv"}, smallLists(t))
		if err == nil {
			t.Errorf("%s: it is taken", tt.name)
			continue
		}
		if diff := cmp.Diff("concordance c: "+tt.want, err.Error()); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// FuzzLoad holds that what is taken gives every code's whole away, or says that it does not know how.
func FuzzLoad(f *testing.F) {
	f.Add("from_code,to_code,weight,valid_from,note\na,b,0.25,2025-07-01,x\na,c,0.75,2025-07-01,\nb,b,,2025-07-01,\n")
	f.Add("from_code,to_code,weight,valid_from\na,b,,2025-07-01\na,c,,2025-07-01\n")
	f.Fuzz(func(t *testing.T, file string) {
		c, err := concord.Load(strings.NewReader(file), transforms.Concordance{ID: "c", From: "l", To: "l", File: "c.csv"}, smallLists(t))
		if err != nil {
			return
		}
		sums := map[string]float64{}
		for _, r := range c.Rules {
			if r.Known {
				sums[r.From] += r.Weight
			}
		}
		for code, sum := range sums {
			if sum < 1-1e-8 || sum > 1+1e-8 {
				t.Errorf("code %s gives %v of itself", code, sum)
			}
		}
	})
}
