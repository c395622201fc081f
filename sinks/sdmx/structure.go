package sdmx

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/statloom/statloom/sinks"
)

// structureXML writes an SDMX-ML message piece by piece.
type structureXML struct {
	*bufio.Writer
	agency, version string
}

// writeStructure writes the structures of all flows as SDMX-ML 3.0.
func (s *sink) writeStructure(out io.Writer, flows []*flow) error {
	x := structureXML{bufio.NewWriter(out), s.options.Agency, s.options.Version}
	x.WriteString(xml.Header + `<mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"` +
		` xmlns:str="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure" xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common">` + "\n")
	fmt.Fprintf(x, "<mes:Header><mes:ID>%s</mes:ID><mes:Test>%t</mes:Test><mes:Prepared>%s</mes:Prepared><mes:Sender id=%q/></mes:Header>\n",
		"R"+code(s.release.ID), s.release.Illustrative, stamp(s.release.Time), x.agency)
	x.WriteString("<mes:Structures>\n")
	x.codeLists(flows)
	x.concepts(flows)
	x.dataStructures(flows)
	x.dataflows(flows)
	x.WriteString("</mes:Structures>\n</mes:Structure>\n")
	return x.Flush()
}

// names writes a name in both languages.
func (x structureXML) names(tag string, t sinks.Text, or string) {
	if t == (sinks.Text{}) {
		t.EN = or
	}
	if t.VI != "" {
		fmt.Fprintf(x, `<com:%s xml:lang="vi">%s</com:%s>`, tag, escape(t.VI), tag)
	}
	if t.EN != "" {
		fmt.Fprintf(x, `<com:%s xml:lang="en">%s</com:%s>`, tag, escape(t.EN), tag)
	}
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

func (x structureXML) open(tag, id string) {
	fmt.Fprintf(x, "<str:%s id=%q agencyID=%q version=%q>", tag, id, x.agency, x.version)
}

func (x structureXML) codeLists(flows []*flow) {
	var lists []*codeList
	add := func(l *codeList) {
		if l != nil && !slices.ContainsFunc(lists, func(have *codeList) bool { return have.id == l.id }) {
			lists = append(lists, l)
		}
	}
	for _, f := range flows {
		for _, d := range f.dimensions {
			add(d.codes)
		}
		for _, a := range f.attributes {
			add(a.codes)
		}
	}
	if len(lists) == 0 {
		return
	}
	x.WriteString("<str:Codelists>\n")
	for _, l := range lists {
		x.open("Codelist", l.id)
		x.names("Name", l.name, l.id)
		for _, c := range l.codes {
			fmt.Fprintf(x, "\n<str:Code id=%q>", c.ID)
			x.names("Name", c.Name(), c.ID)
			if x.named(c.Parent) {
				fmt.Fprintf(x, "<str:Parent>%s</str:Parent>", c.Parent)
			}
			x.WriteString("</str:Code>")
		}
		x.WriteString("\n</str:Codelist>\n")
	}
	x.WriteString("</str:Codelists>\n")
}

// named reports whether a code can be named as a parent: SDMX-ML's schema wants a letter first there, though codes may begin
// with a digit.
func (x structureXML) named(code string) bool {
	return code != "" && (code[0] >= 'A' && code[0] <= 'Z' || code[0] >= 'a' && code[0] <= 'z') && !strings.ContainsAny(code, "@$")
}

// conceptScheme is the one scheme that holds all concepts.
const conceptScheme = "CS_STATLOOM"

func (x structureXML) concepts(flows []*flow) {
	x.WriteString("<str:ConceptSchemes>\n")
	x.open("ConceptScheme", conceptScheme)
	x.names("Name", sinks.Text{VI: "Khái niệm", EN: "Concepts"}, "")
	seen := map[string]bool{}
	put := func(c component) {
		if !seen[c.id] {
			seen[c.id] = true
			fmt.Fprintf(x, "\n<str:Concept id=%q>", c.id)
			x.names("Name", c.name, c.id)
			x.WriteString("</str:Concept>")
		}
	}
	put(component{id: "TIME_PERIOD", name: sinks.Text{VI: "Kỳ", EN: "Time period"}})
	for _, f := range flows {
		for _, d := range f.dimensions {
			put(d.component)
		}
		for _, c := range slices.Concat(f.measures, f.attributes) {
			put(c)
		}
	}
	x.WriteString("\n</str:ConceptScheme>\n</str:ConceptSchemes>\n")
}

func (x structureXML) urn(class, id string) string {
	return fmt.Sprintf("urn:sdmx:org.sdmx.infomodel.%s=%s:%s(%s)", class, x.agency, id, x.version)
}

func (x structureXML) identity(c component) {
	fmt.Fprintf(x, "<str:ConceptIdentity>%s.%s</str:ConceptIdentity>", x.urn("conceptscheme.Concept", conceptScheme), c.id)
}

func (x structureXML) representation(c component) {
	switch {
	case c.codes != nil:
		fmt.Fprintf(x, "<str:LocalRepresentation><str:Enumeration>%s</str:Enumeration></str:LocalRepresentation>", x.urn("codelist.Codelist", c.codes.id))
	case c.number && c.column == "unit_mult":
		x.WriteString(`<str:LocalRepresentation><str:TextFormat textType="Integer"/></str:LocalRepresentation>`)
	case c.number:
		x.WriteString(`<str:LocalRepresentation><str:TextFormat textType="Double"/></str:LocalRepresentation>`)
	default:
		x.WriteString(`<str:LocalRepresentation><str:TextFormat textType="String"/></str:LocalRepresentation>`)
	}
}

func (x structureXML) dataStructures(flows []*flow) {
	if len(flows) == 0 {
		return
	}
	x.WriteString("<str:DataStructures>\n")
	for _, f := range flows {
		x.open("DataStructure", f.id)
		x.names("Name", f.name, f.id)
		x.names("Description", f.note, "")
		x.WriteString("\n<str:DataStructureComponents>\n<str:DimensionList id=\"DimensionDescriptor\">\n")
		for i, d := range f.dimensions {
			fmt.Fprintf(x, "<str:Dimension id=%q position=\"%d\">", d.id, i+1)
			x.identity(d.component)
			x.representation(d.component)
			x.WriteString("</str:Dimension>\n")
		}
		x.WriteString(`<str:TimeDimension id="TIME_PERIOD">`)
		x.identity(component{id: "TIME_PERIOD"})
		x.WriteString("<str:LocalRepresentation><str:TextFormat textType=\"ObservationalTimePeriod\"/></str:LocalRepresentation></str:TimeDimension>\n</str:DimensionList>\n")
		if len(f.attributes) > 0 {
			x.WriteString("<str:AttributeList id=\"AttributeDescriptor\">\n")
			for _, a := range f.attributes {
				fmt.Fprintf(x, "<str:Attribute id=%q usage=\"optional\">", a.id)
				x.identity(a)
				x.representation(a)
				x.WriteString("<str:AttributeRelationship><str:Observation/></str:AttributeRelationship></str:Attribute>\n")
			}
			x.WriteString("</str:AttributeList>\n")
		}
		x.WriteString("<str:MeasureList id=\"MeasureDescriptor\">\n")
		for _, m := range f.measures {
			fmt.Fprintf(x, "<str:Measure id=%q usage=\"optional\">", m.id)
			x.identity(m)
			x.representation(m)
			x.WriteString("</str:Measure>\n")
		}
		x.WriteString("</str:MeasureList>\n</str:DataStructureComponents>\n</str:DataStructure>\n")
	}
	x.WriteString("</str:DataStructures>\n")
}

func (x structureXML) dataflows(flows []*flow) {
	if len(flows) == 0 {
		return
	}
	x.WriteString("<str:Dataflows>\n")
	for _, f := range flows {
		x.open("Dataflow", f.id)
		x.names("Name", f.name, f.id)
		x.names("Description", f.note, "")
		fmt.Fprintf(x, "<str:Structure>%s</str:Structure></str:Dataflow>\n", x.urn("datastructure.DataStructure", f.id))
	}
	x.WriteString("</str:Dataflows>\n")
}
