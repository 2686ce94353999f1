package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/protocol/schema"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// reading is a value that a reader of the protocol may get, and what it must be.
type reading struct {
	// at is the place of the schema in the bundle, below $defs.
	at   string
	data []byte
	// read decodes data as the program does.
	read func(data []byte) error
}

// as reads a value of the type T.
func as[T any](data []byte) error {
	var v T
	return protocol.Unmarshal(data, &v)
}

// plain are the samples whose lines are values of one type.
var plain = []struct {
	file, at string
	read     func(data []byte) error
}{
	{"events", "EventMsg", as[protocol.EventMsg]},
	{"ops", "Op", as[protocol.Op]},
	{"items", "ResponseItem", as[protocol.ResponseItem]},
	{"contents", "ContentItem", as[protocol.ContentItem]},
	{"reasoning_contents", "ReasoningContent", as[protocol.ReasoningContent]},
	{"inputs", "CoreInputItem", as[protocol.InputItem]},
	{"client_inputs", "InputItem", as[protocol.ClientInput]},
	{"sandbox_policies", "SandboxPolicy", as[protocol.SandboxPolicy]},
	{"file_changes", "FileChange", as[protocol.FileChange]},
	{"parsed_commands", "ParsedCommand", as[protocol.ParsedCommand]},
	{"web_search_actions", "WebSearchAction", as[protocol.WebSearchAction]},
	{"rollout_lines", "RolloutLine", as[protocol.RolloutLine]},
}

// message is a sample of a method.
type message struct {
	Method string          `json:"method"`
	ID     *int            `json:"id,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
}

// messages are the samples of methods, with the types of the whole message and
// of the results.
var messages = []struct {
	file, at, results string
	params            func(method string, params json.RawMessage) error
	result            func(method string, result json.RawMessage) error
}{
	{"client_requests", "ClientRequest", "ClientResults", dropped(protocol.DecodeClientRequest), dropped(protocol.DecodeClientResult)},
	{"server_requests", "ServerRequest", "ServerResults", dropped(protocol.DecodeServerRequest), dropped(protocol.DecodeServerResult)},
	{"server_notifications", "ServerNotification", "", dropped(protocol.DecodeServerNotification), nil},
	{"client_notifications", "ClientNotification", "", dropped(protocol.DecodeClientNotification), nil},
}

func dropped[T any](decode func(string, json.RawMessage) (T, error)) func(string, json.RawMessage) error {
	return func(method string, data json.RawMessage) error {
		_, err := decode(method, data)
		return err
	}
}

// lines returns the lines of a file of samples.
func lines(t *testing.T, name string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "samples", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
}

// readings returns all samples.
func readings(t *testing.T) []reading {
	t.Helper()
	var all []reading
	files := map[string]bool{}
	for _, p := range plain {
		files[p.file+".jsonl"] = true
		for _, line := range lines(t, p.file) {
			all = append(all, reading{p.at, line, p.read})
		}
	}
	for _, m := range messages {
		files[m.file+".jsonl"] = true
		for _, line := range lines(t, m.file) {
			var sample message
			if err := json.Unmarshal(line, &sample); err != nil {
				t.Fatal(err)
			}
			result := sample.Result
			sample.Result = nil
			at := m.at
			if strings.HasPrefix(sample.Method, protocol.EventMethodPrefix) {
				at = "EventNotification"
			}
			if m.results != "" {
				sample.ID = new(int)
			}
			all = append(all, reading{at, marshal(t, sample), readMessage(m.params, sample.ID != nil)})
			if m.results != "" {
				all = append(all, reading{
					m.results + "/properties/" + sample.Method, result,
					func(data []byte) error { return m.result(sample.Method, data) },
				})
			}
		}
	}
	there, err := filepath.Glob(filepath.Join("..", "testdata", "samples", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if !files[filepath.Base(path)] {
			t.Errorf("%s is not validated", path)
		}
	}
	return all
}

// readMessage reads a whole message.
func readMessage(params func(string, json.RawMessage) error, request bool) func(data []byte) error {
	return func(data []byte) error {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(data, &members); err != nil {
			return err
		}
		if request {
			var id wire.ID
			if err := wire.Unmarshal(members["id"], &id); err != nil {
				return err
			}
		}
		var method string
		if err := wire.Unmarshal(members["method"], &method); err != nil {
			return err
		}
		return params(method, members["params"])
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// compiled returns a validator of the files that the protocol is described
// with; it also looks at formats.
func compiled(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	p, err := schema.Current()
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	for _, f := range files {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.Data))
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if err := c.AddResource("https://test.invalid/"+f.Name, doc); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	return c
}

// validator returns the schema at a place of the bundle.
func validator(t *testing.T, c *jsonschema.Compiler, at string) *jsonschema.Schema {
	t.Helper()
	s, err := c.Compile("https://test.invalid/" + schema.BundleName + "#/$defs/" + at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, data []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// TestSamplesAreValid checks that the schema accepts every sample, in the
// bundle and in the file of its type.
func TestSamplesAreValid(t *testing.T) {
	t.Parallel()
	c := compiled(t)
	for _, r := range readings(t) {
		if err := validate(t, validator(t, c, r.at), r.data); err != nil {
			t.Errorf("%s refuses %s:\n%v", r.at, r.data, err)
		}
		if strings.Contains(r.at, "/") {
			continue
		}
		alone, err := c.Compile("https://test.invalid/" + r.at + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, alone, r.data); err != nil {
			t.Errorf("the file of %s refuses %s:\n%v", r.at, r.data, err)
		}
	}
}

// damage is a sample that was changed in one place.
type damage struct {
	what string
	data []byte
	// removed tells that a member was removed.
	removed bool
}

// damages returns data with each member removed, and each value replaced by
// others, one at a time.
func damages(t *testing.T, data []byte) []damage {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		t.Fatal(err)
	}
	var found []damage
	add := func(removed bool, format string, args ...any) {
		found = append(found, damage{fmt.Sprintf(format, args...), marshal(t, root), removed})
	}
	var walk func(path string, v any, set func(any))
	walk = func(path string, v any, set func(any)) {
		for _, other := range others(v) {
			set(other)
			add(false, "%s is %v (%T)", path, other, other)
		}
		set(v)
		switch v := v.(type) {
		case []any:
			for i := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), v[i], func(x any) { v[i] = x })
			}
		case map[string]any:
			v["unexpected"] = true
			add(false, "%s has another member", path)
			delete(v, "unexpected")
			for _, k := range slices.Sorted(maps.Keys(v)) {
				old := v[k]
				delete(v, k)
				add(true, "%s.%s is missing", path, k)
				walk(path+"."+k, old, func(x any) { v[k] = x })
				v[k] = old
			}
		}
	}
	walk("", root, func(x any) { root = x })
	return found
}

// others returns values to put in the place of v.
func others(v any) []any {
	switch v.(type) {
	case string:
		return []any{json.Number("7"), "no such value", nil}
	case json.Number:
		return []any{"text", json.Number("-1"), json.Number("1.5"), json.Number("99999999999999999999"), nil}
	case bool:
		return []any{"true", json.Number("1"), nil}
	case nil:
		return []any{json.Number("1.5"), []any{[]any{}}}
	case []any:
		return []any{"text", map[string]any{}, nil}
	}
	return []any{"text", []any{}, nil}
}

// stricter are the places where the schema refuses what the program reads, by
// the end of what was done there, with the reason.
var stricter = map[string]string{
	".aggregated_output is <nil>":       "always written",
	"confidence_score is <nil>":         "always written",
	".priority is <nil>":                "always written",
	".indices is <nil>":                 "always written",
	".initialMessages is <nil>":         "always written",
	".inputSchema":                      "MCP says more about it than the program looks at",
	".outputSchema":                     "MCP says more about it than the program looks at",
	".source is 7":                      "newer recordings have sources that are no string",
	".params.msg.type is no such value": "the method repeats the type of the event",
}

// excused returns which entry of stricter is about a damage.
func excused(d damage) (string, bool) {
	if d.removed {
		return "", true
	}
	for what := range stricter {
		if strings.Contains(d.what, what) {
			return what, true
		}
	}
	return "", false
}

// TestSchemaAgreesWithCodec checks that the schema refuses what the program
// cannot read, and accepts what it can.
func TestSchemaAgreesWithCodec(t *testing.T) {
	t.Parallel()
	c := compiled(t)
	tried, refused, missing := 0, 0, 0
	used := map[string]bool{"": true}
	for _, r := range readings(t) {
		s := validator(t, c, r.at)
		for _, d := range damages(t, r.data) {
			tried++
			invalid, unread := validate(t, s, d.data), r.read(d.data)
			excuse, ok := excused(d)
			switch {
			case invalid == nil && unread != nil:
				t.Errorf("%s accepts a value that cannot be read, %s: %s\n%v", r.at, d.what, d.data, unread)
			case invalid != nil && unread == nil && !ok:
				t.Errorf("%s refuses a value that can be read, %s: %s\n%v", r.at, d.what, d.data, invalid)
			case invalid != nil:
				refused++
				used[excuse] = used[excuse] || unread == nil
				if d.removed {
					missing++
				}
			}
		}
	}
	if refused < tried/3 || missing < 200 {
		t.Errorf("of %d damaged samples only %d are refused, %d because a member is missing", tried, refused, missing)
	}
	for what := range stricter {
		if !used[what] {
			t.Errorf("nothing is excused by %q", what)
		}
	}
}
