package concord_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/duck/ducktest"
	"github.com/statloom/statloom/transforms"
	"github.com/statloom/statloom/transforms/concord"
)

func carriedOutput(concordance string) transforms.Model {
	return transforms.Model{ID: "output_new", Form: transforms.Form{Carried: &transforms.Carried{Table: "output", Dimension: "area", Concordance: concordance}}}
}

func growth(table string) transforms.Model {
	return transforms.Model{ID: "growth", Form: transforms.Form{Growth: &transforms.Growth{Table: table, Over: "year"}}}
}

// The province of Cần Thơ was divided on 1 January 2004: 7,599.9 tỷ with Hậu Giang, 6,226.4 tỷ for the city alone. The
// published growth is 23.5 %; a naive one would be -18.1 %.
func TestGrowthStopsAtABoundary(t *testing.T) {
	db := database(t, shippedLists(t), nil, `
		('92', '2002', 6500.0, 'A', 'tỷ đồng', '1994'), ('92', '2003', 7599.9, 'E', 'tỷ đồng', '1994'),
		('92', '2004', 6226.4, 'E', 'tỷ đồng', '1994'), ('92', '2005', 7471680.0, 'A', 'triệu đồng', '1994'),
		('24', '2024', 100, 'A', 'tỷ đồng', '2010'), ('24', '2025', 300, 'A', 'tỷ đồng', '2010'),
		('94', '2010', 7475, 'A', 'tỷ đồng', '1994'), ('94', '2011', 15786, 'A', 'tỷ đồng', '2010')`)
	views(t, db, output(transforms.Additive), growth("output"))
	got := ducktest.Rows(t, db, "SELECT area, time_period, round(obs_value, 1), obs_status, obs_comment FROM growth ORDER BY ALL")
	want := `24|2024|-|M|no figure for the period before
24|2025|-|B|break: area 24 is not the same in 2024 and 2025; carry both to one boundary first
92|2002|-|M|no figure for the period before
92|2003|16.9|E|-
92|2004|-|B|break: area 92 is not the same in 2003 and 2004; carry both to one boundary first
92|2005|20|E|-
94|2010|-|M|no figure for the period before
94|2011|-|M|no figure for the period before
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The merger of 1 July 2025 puts 92, 93 and 94 together; 24 was Bắc Giang and is Bắc Ninh; the sums stay.
func TestCarriedAcrossTheMerger(t *testing.T) {
	lists := shippedLists(t)
	world := output(transforms.Additive)
	world.Concordances = map[string]*concord.Concordance{"area_2025": concordance(t, lists, "area_2025", "area", "area")}
	db := database(t, lists, world.Concordances, `
		('92', '2023', 100.1, 'A', 'tỷ đồng', '2010'), ('93', '2023', 20.2, 'P', 'tỷ đồng', '2010'), ('94', '2023', 30300.0, 'A', 'triệu đồng', '2010'),
		('92', '2024', 110, 'A', 'tỷ đồng', '2010'), ('93', '2024', NULL, 'A', 'tỷ đồng', '2010'), ('94', '2024', 33, 'A', 'tỷ đồng', '2010'),
		('92', '2022', 90, 'A', 'tỷ đồng', '2010'),
		('92', '2003', 7599.9, 'A', 'tỷ đồng', '1994'), ('93', '2003', 1, 'A', 'tỷ đồng', '1994'), ('94', '2003', 1, 'A', 'tỷ đồng', '1994'),
		('92', '2025', 200, 'E', 'tỷ đồng', '2010'),
		('24', '2024', 50, 'A', 'tỷ đồng', '2010'), ('27', '2024', 70, 'A', 'tỷ đồng', '2010'), ('24', '2025', 132, 'A', 'tỷ đồng', '2010')`)
	made := views(t, db, world, carriedOutput("area_2025"), growth("output_new"))
	got := ducktest.Rows(t, db, "SELECT area, time_period, round(obs_value, 6), obs_status, unit, obs_comment FROM output_new ORDER BY ALL")
	want := `24|2024|120|A|tỷ đồng|-
24|2025|132|A|tỷ đồng|-
92|2003|-|M|tỷ đồng|92, 93 had another meaning then: carry across that change first
92|2022|-|M|tỷ đồng|no figure for 93, 94
92|2023|150.6|P|tỷ đồng|-
92|2024|-|M|tỷ đồng|no figure for 93
92|2025|200|E|tỷ đồng|-
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = ducktest.Rows(t, db, "SELECT area, time_period, round(obs_value, 1), obs_status FROM growth WHERE obs_value IS NOT NULL OR obs_status = 'B' ORDER BY ALL")
	if diff := cmp.Diff("24|2025|10|A\n", got); diff != "" {
		t.Errorf("growth of carried figures: %s", diff)
	}
	if got := ducktest.Rows(t, db, made.Checks[0].SQL); got != "" {
		t.Errorf("conservation: %s", got)
	}
}

// The published growth of 2004 tells what of the old province's output was the city's: 6,226.4 / 1.235 = 5,041.6 tỷ. With
// that as weight the old figure stands on the new boundary, and growth is the published one.
func TestCarriedWithWeights(t *testing.T) {
	lists := shippedLists(t)
	file := "from_code,to_code,weight,valid_from,note\n92,92,0.6633804,2004-01-01,published growth 123.5\n92,93,0.3366196,2004-01-01,the rest\n"
	c, err := concord.Load(strings.NewReader(file), transforms.Concordance{ID: "split", From: "area", To: "area", File: "split.csv"}, lists)
	must(t, err)
	world := output(transforms.Additive)
	world.Concordances = map[string]*concord.Concordance{"split": c}
	db := database(t, lists, world.Concordances, "('92', '2003', 7599.9, 'E', 'tỷ đồng', '1994'), ('92', '2004', 6226.4, 'E', 'tỷ đồng', '1994')")
	made := views(t, db, world, carriedOutput("split"), growth("output_new"))
	got := ducktest.Rows(t, db, "SELECT area, time_period, round(obs_value, 1) FROM output_new ORDER BY ALL")
	if diff := cmp.Diff("92|2003|5041.6\n92|2004|6226.4\n93|2003|2558.3\n", got); diff != "" {
		t.Error(diff)
	}
	got = ducktest.Rows(t, db, "SELECT area, round(obs_value, 1), obs_status FROM growth WHERE obs_value IS NOT NULL")
	if diff := cmp.Diff("92|23.5|E\n", got); diff != "" {
		t.Error(diff)
	}
	if got := ducktest.Rows(t, db, made.Checks[0].SQL); got != "" {
		t.Errorf("conservation: %s", got)
	}
}

// What the check of conservation is there for: figures that are lost on the way.
func TestConservationFails(t *testing.T) {
	lists := shippedLists(t)
	world := output(transforms.Additive)
	c := concordance(t, lists, "area_2025", "area", "area")
	world.Concordances = map[string]*concord.Concordance{"area_2025": c}
	db := database(t, lists, world.Concordances, `
		('24', '2024', 50, 'A', 'tỷ đồng', '2010'), ('27', '2024', 70, 'A', 'tỷ đồng', '2010'), ('28', '2024', 1, 'A', 'tỷ đồng', '2010')`)
	must(t, db.Exec(t.Context(), "UPDATE concordances SET weight = 0.9 WHERE from_code = '27'"))
	made := views(t, db, world, carriedOutput("area_2025"))
	want := "output_new holds 113000000000.0 in 2024 where output holds 121000000000.0\n" +
		"the concordance area_2025 has no row for 28, which output holds\n"
	if diff := cmp.Diff(want, ducktest.Rows(t, db, made.Checks[0].SQL)); diff != "" {
		t.Error(diff)
	}
	must(t, db.Exec(t.Context(), "DELETE FROM output_history WHERE area = '28'"))
	for weight, fails := range map[string]bool{"1 - 1e-8": true, "1 - 1e-11": false} {
		must(t, db.Exec(t.Context(), "UPDATE concordances SET weight = "+weight+" WHERE from_code = '27'"))
		if got := ducktest.Rows(t, db, made.Checks[0].SQL); strings.Contains(got, "output_new holds") != fails {
			t.Errorf("a weight of %s: %s", weight, got)
		}
	}
}

// The output of Sóc Trăng in 2010 is 15,786 tỷ at prices of 2010 and 7,475 tỷ at those of 1994.
func TestLinkFactor(t *testing.T) {
	db := database(t, shippedLists(t), nil, `
		('94', '2010', 15786, 'A', 'tỷ đồng', '2010'), ('94', '2010', 7475000, 'A', 'triệu đồng', '1994'),
		('94', '2011', 17000, 'A', 'tỷ đồng', '2010'), ('94', '2009', 6900, 'A', 'tỷ đồng', '1994'), ('94', '2010', 16000, 'A', 'tỷ đồng', 'current')`)
	views(t, db, output(transforms.Additive), growth("output"),
		transforms.Model{ID: "link", Form: transforms.Form{Linked: &transforms.Linked{Table: "output", From: "1994", To: "2010"}}})
	got := ducktest.Rows(t, db, "SELECT area, time_period, round(obs_value, 3), obs_status, unit, price_base FROM link")
	if diff := cmp.Diff("94|2010|2.112|A|-|2010/1994\n", got); diff != "" {
		t.Error(diff)
	}
	must(t, db.Exec(t.Context(), "UPDATE output_history SET unit = 'tấn' WHERE price_base = '1994' AND time_period = '2010'"))
	got = ducktest.Rows(t, db, "SELECT time_period, obs_value, obs_status, obs_comment FROM link")
	if diff := cmp.Diff("2010|-|M|the units differ: tấn, tỷ đồng\n", got); diff != "" {
		t.Error(diff)
	}
	must(t, db.Exec(t.Context(), "UPDATE output_history SET unit = 'triệu đồng' WHERE unit = 'tấn'"))
	// 2009 is known at prices of 1994 alone: growth to 2010 is that at prices of 1994, and none at those of 2010.
	got = ducktest.Rows(t, db, "SELECT time_period, price_base, round(obs_value, 1) FROM growth WHERE obs_value IS NOT NULL ORDER BY ALL")
	if diff := cmp.Diff("2010|1994|8.3\n2011|2010|7.7\n", got); diff != "" {
		t.Error(diff)
	}
}

func TestRefusedBeforeAnyData(t *testing.T) {
	lists := shippedLists(t)
	both := map[string]*concord.Concordance{
		"area_2025": concordance(t, lists, "area_2025", "area", "area"),
		"area_2004": concordance(t, lists, "area_2004", "area", "area"),
		"vsic_2025": concordance(t, lists, "vsic_2025", "vsic2018", "vsic2025"),
	}
	linked := func(from, to string) transforms.Model {
		return transforms.Model{ID: "m", Form: transforms.Form{Linked: &transforms.Linked{Table: "output", From: from, To: to}}}
	}
	for _, tt := range []struct {
		name    string
		measure transforms.Measure
		parts   []string
		model   transforms.Model
		want    string
	}{
		{"an index", transforms.Index, []string{"weights", "volumes"}, carriedOutput("area_2025"),
			"carried.table: the figures of output are of the measure index: they are never added; carry its parts weights and volumes, and compute it anew from them"},
		{"a share", transforms.Share, nil, carriedOutput("area_2025"),
			"carried.table: the figures of output are of the measure share: they are never added; carry the amounts it is computed of, and compute it anew; name them as parts of the dataset"},
		{"not said", "", nil, carriedOutput("area_2025"),
			"carried.table: it is not known whether the figures of output add up; say measure: additive at the dataset if its figures are amounts that add up (or index, share, ratio)"},
		{"shares not known", transforms.Additive, nil, carriedOutput("area_2004"),
			"carried.concordance: the concordance area_2004 does not know what share goes where: 12 (to 11, 12); 66 (to 66, 67); 92 (to 92, 93); write the weights into area_2004.concordance.csv, with their source in the note"},
		{"another code list", transforms.Additive, nil, carriedOutput("vsic_2025"),
			`carried.dimension: area is coded by "area", and the concordance vsic_2025 carries codes of vsic2018; name a dimension coded by vsic2018`},
		{"growth of a share", transforms.Share, nil, growth("output"),
			"growth.table: the figures of output are shares: their change is not growth; take the difference in percentage points"},
		{"prices it has not", transforms.Additive, nil, linked("1994", "2020"),
			"linked.to: output has no figures at the prices of 2020; it has 1994, 2010, current"},
		{"the same prices", transforms.Additive, nil, linked("2010", "2010"), "linked.to: both price bases are 2010; name two price bases"},
	} {
		world := output(tt.measure)
		table := world.Tables["output"]
		table.Parts = tt.parts
		world.Tables["output"], world.Concordances = table, both
		_, problems := concord.Compile([]transforms.Model{tt.model}, world)
		var got []string
		for _, p := range problems {
			if strings.HasPrefix(p.Key, strings.SplitN(tt.want, ":", 2)[0]) {
				got = append(got, p.Key+": "+p.What+"; "+p.Want)
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// Class 1104 was soft drinks and is malt now: soft drinks go to 1105, and only what part of beer is malt is not known.
func TestClassThatChangedItsMeaning(t *testing.T) {
	lists := shippedLists(t)
	c := concordance(t, lists, "vsic_2025", "vsic2018", "vsic2025")
	var got []string
	for _, r := range c.Rules {
		if r.From == "1104" || r.To == "1104" {
			got = append(got, r.From+">"+r.To)
		}
	}
	if diff := cmp.Diff([]string{"1103>1104", "1104>1105"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1103 (to 1103, 1104)", "2610 (to 2611, 2619)", "30 (to 25, 30)", "3030 (to 2520, 3030)", "3100 (to 3101, 3102, 3109)",
		"3511 (to 3511, 3512)", "3512 (to 3513, 3540)", "3520 (to 3520, 3540)"}, c.Unweighted()); diff != "" {
		t.Error(diff)
	}
	for label, want := range map[string][2]string{"Sản xuất đồ uống không cồn, nước khoáng": {"1104", "1105"}, "Sản xuất mạch nha ủ men bia": {"", "1104"}} {
		for i, id := range []string{"vsic2018", "vsic2025"} {
			if got := lists[id].Match(label).Code; got != want[i] {
				t.Errorf("%s in %s: got %q, want %q", label, id, got, want[i])
			}
		}
	}
}
