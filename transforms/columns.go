package transforms

import "github.com/apache/arrow-go/v18/arrow"

// The fixed columns of observations, named as SDMX names them. A reader of shape "observations" emits, in this order:
// the recipe's dimensions (utf8), then ObservationColumns, then ProvenanceColumns.
const (
	ColTimePeriod  = "time_period"  // utf8: 2024, 2024-Q1, 2024-S1, 2024-03, 2024-03-29, or a range such as 2024-01-01/P5M
	ColPeriodStart = "period_start" // date32, first day of the period
	ColPeriodEnd   = "period_end"   // date32, last day of the period
	ColFreq        = "freq"         // utf8, SDMX CL_FREQ: A, S, Q, M, W, D
	ColObsValue    = "obs_value"    // float64, null when missing
	ColObsStatus   = "obs_status"   // utf8, SDMX CL_OBS_STATUS: A normal, E estimated, P provisional, F forecast, B break, M missing, C confidential
	ColObsComment  = "obs_comment"  // utf8, why a value is missing or what its note says; null otherwise
	ColUnit        = "unit"         // utf8, as published, folded: "tỷ đồng", "%"
	ColUnitMult    = "unit_mult"    // int32, the power of ten that is in unit: 9 for tỷ đồng, 0 for %
	ColPriceBase   = "price_base"   // utf8: current, 2010, 1994; null where prices play no part
	ColSnapshotID  = "snapshot_id"  // utf8, sha256 of the book
	ColSheet       = "sheet"        // utf8, name of the sheet
	ColCell        = "cell"         // utf8, A1 form; for a register's record the range of its row
	ColVintageFrom = "vintage_from" // timestamp[us, UTC], when this value became known
)

// ObservationColumns are the columns between an observation's dimensions and its provenance.
func ObservationColumns() []arrow.Field {
	return []arrow.Field{
		{Name: ColTimePeriod, Type: arrow.BinaryTypes.String},
		{Name: ColPeriodStart, Type: arrow.FixedWidthTypes.Date32},
		{Name: ColPeriodEnd, Type: arrow.FixedWidthTypes.Date32},
		{Name: ColFreq, Type: arrow.BinaryTypes.String},
		{Name: ColObsValue, Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: ColObsStatus, Type: arrow.BinaryTypes.String},
		{Name: ColObsComment, Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: ColUnit, Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: ColUnitMult, Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: ColPriceBase, Type: arrow.BinaryTypes.String, Nullable: true},
	}
}

// ProvenanceColumns end every batch, of observations and of records.
func ProvenanceColumns() []arrow.Field {
	return []arrow.Field{
		{Name: ColSnapshotID, Type: arrow.BinaryTypes.String},
		{Name: ColSheet, Type: arrow.BinaryTypes.String},
		{Name: ColCell, Type: arrow.BinaryTypes.String},
		{Name: ColVintageFrom, Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
	}
}
