package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// Append appends the JSON form of v, a value of this package or a pointer to
// one. It allocates nothing for a pointer when dst has room and v holds no
// map.
func Append(dst []byte, v any) ([]byte, error) { return wire.Append(dst, v) }

// Unmarshal reads data into what v points to, which may be an interface of
// this package. Errors about the data are of type [*wire.Error].
func Unmarshal(data []byte, v any) error { return wire.Unmarshal(data, v) }

// AppendItem appends the JSON form of item, with the id that the model gave
// if withID is true. Unknown items keep theirs in any case.
func AppendItem(dst []byte, item ResponseItem, withID bool) ([]byte, error) {
	return wire.Options{InputFields: withID}.Append(dst, item)
}
