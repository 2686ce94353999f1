package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// Names of the files that a TypeScript compiler is asked about.
const (
	samplesName = "samples.ts"
	damagedName = "damaged.ts"
)

// sample is a value with the TypeScript type that it belongs to.
type sample struct {
	typ  string
	data json.RawMessage
	// read decodes a value of the type as the program does.
	read func(data []byte) (any, error)
}

// plainSamples are the files of samples whose lines are values of one type.
var plainSamples = []struct {
	file, typ string
	read      func(data []byte) (any, error)
}{
	{"events", "EventMsg", as[protocol.EventMsg]},
	{"client_inputs", "InputItem", as[protocol.ClientInput]},
	{"sandbox_policies", "SandboxPolicy", as[protocol.SandboxPolicy]},
	{"file_changes", "FileChange", as[protocol.FileChange]},
	{"parsed_commands", "ParsedCommand", as[protocol.ParsedCommand]},
}

// as reads a value of the type T.
func as[T any](data []byte) (any, error) {
	var v T
	err := protocol.Unmarshal(data, &v)
	return v, err
}

// messageSamples are the files of samples whose lines are methods with params
// and results.
var messageSamples = []struct {
	file, typ, results string
	union              reflect.Type
	params, result     func(method string, data json.RawMessage) (any, error)
}{
	{
		"client_requests", "ClientRequest", "ClientResults", reflect.TypeFor[protocol.ClientRequest](),
		decoder(protocol.DecodeClientRequest), protocol.DecodeClientResult,
	},
	{
		"server_requests", "ServerRequest", "ServerResults", reflect.TypeFor[protocol.ServerRequest](),
		decoder(protocol.DecodeServerRequest), protocol.DecodeServerResult,
	},
	{
		"server_notifications", "ServerNotification", "", reflect.TypeFor[protocol.ServerNotification](),
		decoder(protocol.DecodeServerNotification), nil,
	},
	{
		"client_notifications", "ClientNotification", "", reflect.TypeFor[protocol.ClientNotification](),
		decoder(protocol.DecodeClientNotification), nil,
	},
}

func decoder[T any](decode func(string, json.RawMessage) (T, error)) func(string, json.RawMessage) (any, error) {
	return func(method string, data json.RawMessage) (any, error) { return decode(method, data) }
}

// writeSamples writes two files to dir, which should hold the TypeScript of the
// protocol: the samples of the protocol in root, which a compiler must accept,
// and damaged ones, of which it must refuse every one.
func writeSamples(root, dir string) error {
	samples, err := readSamples(filepath.Join(root, "protocol", "testdata", "samples"))
	if err != nil {
		return err
	}
	good, bad := newProgram(), newProgram()
	for _, s := range samples {
		good.declare(s.typ, s.data, "")
		damaged, err := damages(s)
		if err != nil {
			return fmt.Errorf("damage a sample of %s: %w", s.typ, err)
		}
		for _, d := range damaged {
			bad.declare(s.typ, d.data, d.what)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the samples: %w", err)
	}
	for name, p := range map[string]*program{samplesName: good, damagedName: bad} {
		if err := os.WriteFile(filepath.Join(dir, name), p.text(), 0o644); err != nil {
			return fmt.Errorf("write the samples: %w", err)
		}
	}
	return nil
}

// readSamples returns the samples of the app-server protocol in dir, without
// those of messages that this release does not know.
func readSamples(dir string) ([]sample, error) {
	var all []sample
	for _, f := range plainSamples {
		err := eachLine(dir, f.file, func(line []byte) error {
			all = append(all, sample{f.typ, line, f.read})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, f := range messageSamples {
		union, ok := wire.UnionOf(f.union)
		if !ok {
			return nil, fmt.Errorf("%v is not registered", f.union)
		}
		err := eachLine(dir, f.file, func(line []byte) error {
			var m message
			if err := json.Unmarshal(line, &m); err != nil {
				return err
			}
			result := m.Result
			m.Result = nil
			c, _ := union.Case(m.Method)
			if c.Type != nil && c.Type.NumField() == 0 {
				m.Params = nil
			}
			typ := f.typ
			if strings.HasPrefix(m.Method, protocol.EventMethodPrefix) {
				typ = "EventNotification"
			}
			if f.results != "" {
				m.ID = json.RawMessage("0")
				all = append(all, sample{fmt.Sprintf("%s[%q]", f.results, m.Method), result, func(data []byte) (any, error) {
					return f.result(m.Method, data)
				}})
			}
			data, err := json.Marshal(m)
			all = append(all, sample{typ, data, readMessage(f.params, f.results != "")})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var known []sample
	for _, s := range all {
		v, err := s.read(s.data)
		if err != nil {
			return nil, fmt.Errorf("read a sample of %s: %w", s.typ, err)
		}
		if !holdsUnknown(reflect.ValueOf(v)) {
			known = append(known, s)
		}
	}
	return known, nil
}

// eachLine calls f for the lines of a file of samples.
func eachLine(dir, name string, f func(line []byte) error) error {
	data, err := os.ReadFile(filepath.Join(dir, name+".jsonl"))
	if err != nil {
		return fmt.Errorf("read the samples: %w", err)
	}
	for line := range bytes.Lines(data) {
		if err := f(bytes.TrimSpace(line)); err != nil {
			return fmt.Errorf("read the samples in %s: %w", name, err)
		}
	}
	return nil
}

// message is a request or a notification, or a sample of one with its result.
type message struct {
	Method string          `json:"method"`
	ID     json.RawMessage `json:"id,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
}

// readMessage reads a whole request or notification.
func readMessage(params func(string, json.RawMessage) (any, error), request bool) func(data []byte) (any, error) {
	return func(data []byte) (any, error) {
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, err
		}
		if request {
			var id wire.ID
			if err := wire.Unmarshal(m.ID, &id); err != nil {
				return nil, err
			}
		}
		return params(m.Method, m.Params)
	}
}

// holdsUnknown reports whether v holds a case that its union does not know.
func holdsUnknown(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return !v.IsNil() && holdsUnknown(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if holdsUnknown(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			if holdsUnknown(iter.Value()) {
				return true
			}
		}
	case reflect.Struct:
		for _, u := range wire.Unions() {
			if u.Unknown == v.Type() {
				return true
			}
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && holdsUnknown(v.Field(i)) {
				return true
			}
		}
	}
	return false
}

// damage is a sample that was changed in one place.
type damage struct {
	what string
	data json.RawMessage
}

// damages returns what the program refuses of s with a member removed, or a
// value replaced by one of another kind.
func damages(s sample) ([]damage, error) {
	dec := json.NewDecoder(bytes.NewReader(s.data))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return nil, err
	}
	var found []damage
	var failed error
	try := func(format string, args ...any) {
		data, err := json.Marshal(root)
		if err != nil {
			failed = err
			return
		}
		if _, err := s.read(data); err != nil {
			found = append(found, damage{fmt.Sprintf(format, args...), data})
		}
	}
	var walk func(path string, v any, set func(any))
	walk = func(path string, v any, set func(any)) {
		var other any = "text"
		switch v.(type) {
		case string, nil:
			other = 7
		}
		set(other)
		try("%s is %v", path, other)
		set(v)
		switch v := v.(type) {
		case []any:
			for i := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), v[i], func(x any) { v[i] = x })
			}
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				old := v[k]
				delete(v, k)
				try("%s.%s is missing", path, k)
				walk(path+"."+k, old, func(x any) { v[k] = x })
				v[k] = old
			}
		}
	}
	walk("it", root, func(x any) { root = x })
	return found, failed
}

// program is a TypeScript program that declares values.
type program struct {
	imports map[string]bool
	lines   []string
}

func newProgram() *program { return &program{imports: map[string]bool{}} }

// declare adds a value; damage says why it must be refused, if it must.
func (p *program) declare(typ string, data []byte, damage string) {
	name, _, _ := strings.Cut(typ, "[")
	p.imports[name] = true
	if damage != "" {
		p.lines = append(p.lines, "// @ts-expect-error "+damage)
	}
	p.lines = append(p.lines, fmt.Sprintf("export const v%d: %s = %s;", len(p.lines), typ, data))
}

func (p *program) text() []byte {
	names := strings.Join(slices.Sorted(maps.Keys(p.imports)), ", ")
	return []byte("import type { " + names + " } from \"./index\";\n\n" + strings.Join(p.lines, "\n") + "\n")
}
