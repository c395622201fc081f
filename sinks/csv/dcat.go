package csv

import (
	"slices"
	"strings"
	"time"

	"github.com/statloom/statloom/sinks"
	"github.com/statloom/statloom/sinks/catalogue"
)

// dcat describes the release as a catalogue of DCAT-AP: one dataset a dataset, with the file as its distribution.
func (d describer) dcat() object {
	base := d.options.Address
	if base != "" && !strings.HasSuffix(base, "/") {
		base += "/"
	}
	if base != "" {
		base += d.options.Folder + "/"
	}
	graph := []object{}
	var ids []object
	for _, f := range d.files {
		s, ok := d.dataset(f.Name())
		if !ok || s.ID != f.Name() {
			continue
		}
		id := object{"@id": base + "#" + f.Name()}
		ids = append(ids, id)
		graph = append(graph, d.dcatDataset(s, f, base, id["@id"].(string)))
	}
	publisher := object{"@type": "foaf:Agent", "foaf:name": d.publisher()}
	catalog := object{
		"@id": base + "#release", "@type": "dcat:Catalog", "dct:title": tagged(d.release.Name), "dct:description": tagged(d.description()),
		"dct:publisher": publisher, "dct:identifier": d.release.ID, "dct:issued": moment(d.release.Time), "dct:modified": moment(d.release.Time),
		"dct:language": []object{{"@id": "http://publications.europa.eu/resource/authority/language/VIE"}, {"@id": "http://publications.europa.eu/resource/authority/language/ENG"}},
	}
	if len(ids) > 0 {
		catalog["dcat:dataset"] = ids
	}
	return object{
		"@context": object{
			"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
			"xsd": "http://www.w3.org/2001/XMLSchema#", "spdx": "http://spdx.org/rdf/terms#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
		},
		"@graph": append([]object{catalog}, graph...),
	}
}

func (d describer) dcatDataset(s catalogue.Dataset, f file, base, id string) object {
	note := s.Note
	if note == (sinks.Text{}) {
		note = s.Name
	}
	if s.Illustrative {
		note = sinks.Text{VI: "Số liệu minh hoạ. " + note.VI, EN: "Illustrative figures. " + note.EN}
	}
	var licences, producers []string
	for _, b := range d.about.Of(s) {
		if b.Licence != "" && !slices.Contains(licences, b.Licence) {
			licences = append(licences, b.Licence)
		}
		if b.Producer != "" && !slices.Contains(producers, b.Producer) {
			producers = append(producers, b.Producer)
		}
	}
	distribution := object{
		"@id": base + f.name, "@type": "dcat:Distribution", "dct:title": tagged(s.Name), "dcat:accessURL": object{"@id": base + f.name}, "dcat:downloadURL": object{"@id": base + f.name},
		"dct:format": object{"@id": "http://publications.europa.eu/resource/authority/file-type/CSV"}, "dcat:mediaType": object{"@id": "https://www.iana.org/assignments/media-types/text/csv"},
		"dcat:byteSize": object{"@value": f.bytes, "@type": "xsd:nonNegativeInteger"},
		"spdx:checksum": object{"@type": "spdx:Checksum", "spdx:algorithm": object{"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
			"spdx:checksumValue": object{"@value": f.hash, "@type": "xsd:hexBinary"}},
	}
	if len(licences) > 0 {
		distribution["dct:license"] = object{"@type": "dct:LicenseDocument", "rdfs:label": strings.Join(licences, "; ")}
	}
	o := object{
		"@id": id, "@type": "dcat:Dataset", "dct:title": tagged(s.Name), "dct:description": tagged(note), "dct:identifier": s.ID,
		"dct:issued": moment(d.release.Time), "dct:modified": moment(d.release.Time), "dcat:distribution": distribution,
		"dct:publisher": object{"@type": "foaf:Agent", "foaf:name": d.publisher()},
	}
	if len(producers) > 0 {
		o["dct:creator"] = object{"@type": "foaf:Agent", "foaf:name": strings.Join(producers, "; ")}
	}
	return o
}

func (d describer) description() sinks.Text {
	t := d.release.Name
	if d.release.Illustrative {
		t = sinks.Text{VI: t.VI + ". Có số liệu minh hoạ, không phải số liệu thống kê.", EN: t.EN + ". Holds illustrative figures, which are no statistics."}
	}
	return t
}

// publisher is who publishes: as the configuration says, or whose figures these are.
func (d describer) publisher() string {
	if d.options.Publisher != "" {
		return d.options.Publisher
	}
	var producers []string
	for _, s := range d.about.Snapshots {
		if s.Producer != "" && !slices.Contains(producers, s.Producer) {
			producers = append(producers, s.Producer)
		}
	}
	if len(producers) == 0 {
		return d.release.Name.In(d.release.Language)
	}
	return strings.Join(producers, "; ")
}

// tagged gives a text as literals with their languages.
func tagged(t sinks.Text) []object {
	var found []object
	if t.VI != "" {
		found = append(found, object{"@value": t.VI, "@language": "vi"})
	}
	if t.EN != "" {
		found = append(found, object{"@value": t.EN, "@language": "en"})
	}
	return found
}

func moment(t time.Time) object { return object{"@value": stamp(t), "@type": "xsd:dateTime"} }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
