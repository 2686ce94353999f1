// Package jsontotoml turns JSON values into the values that a TOML document
// can hold, in the generic form of github.com/pelletier/go-toml/v2: bool,
// int64, float64, string, []any and map[string]any.
//
//	value, err := jsontotoml.Convert([]byte(`{"model": "gpt-5", "limit": 3}`))
//
// TOML has no null; it becomes an empty string here. A caller for whom null
// means "no value" asks [IsNull] first. The functions keep nothing and may be
// called from several goroutines.
package jsontotoml
