package mcptypes

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
)

// TestRoundTrip reads and writes samples of every definition of the schema,
// with the codec and with encoding/json.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		t.Run(s.definition, func(t *testing.T) {
			t.Parallel()
			target := s.newTarget()
			if err := wire.Unmarshal([]byte(s.json), target); err != nil {
				t.Fatalf("read %s: %v", s.json, err)
			}
			written, err := wire.Append(nil, target)
			if err != nil {
				t.Fatalf("write %s: %v", s.json, err)
			}
			if !sameJSON(t, []byte(s.json), written) {
				t.Errorf("round trip changed the value:\n-%s\n+%s", s.json, written)
			}
			std, err := json.Marshal(target)
			if err != nil {
				t.Fatalf("marshal: %v", err)
			}
			if !sameJSON(t, std, written) {
				t.Errorf("encoding/json writes another form:\n-%s\n+%s", written, std)
			}
			if reflect.TypeOf(target).Elem().Kind() == reflect.Interface {
				return // encoding/json cannot read into an interface
			}
			again := s.newTarget()
			if err := json.Unmarshal([]byte(s.json), again); err != nil {
				t.Fatalf("unmarshal: %v", err)
			}
			if !reflect.DeepEqual(again, target) {
				t.Errorf("encoding/json reads another value: %+v, want %+v", again, target)
			}
		})
	}
}

// TestRequiredMembers takes each required member out of the samples.
func TestRequiredMembers(t *testing.T) {
	t.Parallel()
	for _, s := range samples {
		for _, name := range s.required {
			t.Run(s.definition+"/"+name, func(t *testing.T) {
				t.Parallel()
				var members map[string]json.RawMessage
				if err := json.Unmarshal([]byte(s.json), &members); err != nil {
					t.Fatal(err)
				}
				delete(members, name)
				less, err := json.Marshal(members)
				if err != nil {
					t.Fatal(err)
				}
				err = wire.Unmarshal(less, s.newTarget())
				var place *wire.Error
				if !errors.As(err, &place) || place.Path != name || place.Got != "" {
					t.Errorf("reading %s: %v, want an error about the missing %q", less, err, name)
				}
			})
		}
	}
}

// sameJSON reports whether two texts are the same value, with numbers spelled
// alike.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	return reflect.DeepEqual(decoded(t, a), decoded(t, b))
}

func decoded(t *testing.T, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("not JSON: %s: %v", data, err)
	}
	if d.More() || strings.ContainsRune(string(data), '\n') {
		t.Fatalf("not one value on one line: %s", data)
	}
	return v
}
