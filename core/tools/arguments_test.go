package tools_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

var update = flag.Bool("update", false, "write the golden files")

// Arguments that cannot be read are told to the model, and nothing happens.
func TestBadArguments(t *testing.T) {
	t.Parallel()
	function := func(name, arguments string) protocol.ResponseItem {
		return &protocol.FunctionCallItem{Name: name, CallID: "c1", Arguments: arguments}
	}
	for _, c := range []struct {
		name     string
		item     protocol.ResponseItem
		contains string
	}{
		{"empty", function("shell", ""), "failed to parse function arguments"},
		{"not JSON", function("shell", `{"command":`), "failed to parse function arguments"},
		{"not an object", function("shell", `["ls"]`), "failed to parse function arguments"},
		{"no command", function("shell", `{"workdir":"/"}`), "command"},
		{"null command", function("shell", `{"command":null}`), "command"},
		{"command is a string", function("shell", `{"command":"ls"}`), "command"},
		{"word is no string", function("shell", `{"command":["ls",1]}`), "command"},
		{"word is null", function("shell", `{"command":[null]}`), "command"},
		{"key in capitals", function("shell", `{"COMMAND":["ls"]}`), "command"},
		{"broken timeout", function("shell", `{"command":["ls"],"timeout_ms":500.0}`), "timeout_ms"},
		{"negative timeout", function("shell", `{"command":["ls"],"timeout_ms":-1}`), "timeout_ms"},
		{"timeout twice", function("shell", `{"command":["ls"],"timeout_ms":1,"timeout":1}`), "duplicate field `timeout_ms`"},
		{"escalation is no boolean", function("container.exec", `{"command":["ls"],"with_escalated_permissions":"yes"}`), "with_escalated_permissions"},
		{"patch without input", function("apply_patch", `{"patch":"x"}`), "input"},
		{"patch input is no string", function("apply_patch", `{"input":["x"]}`), "input"},
		{"plan with an unknown member", function("update_plan", `{"plan":[],"more":1}`), "more"},
		{"step with an unknown member", function("update_plan", `{"plan":[{"step":"a","status":"pending","id":1}]}`), "id"},
		{"plan without steps", function("update_plan", `{"explanation":"x"}`), "plan"},
		{"step without a status", function("update_plan", `{"plan":[{"step":"a"}]}`), "status"},
		{"unknown status", function("update_plan", `{"plan":[{"step":"a","status":"done"}]}`), "status"},
		{"image without a path", function("view_image", `{}`), "path"},
		{"unknown function", function("nonsense", `{}`), "unsupported call: nonsense"},
		{"tool that is not offered", function("exec_command", `{"cmd":"ls"}`), "unsupported call: exec_command"},
		{"unknown custom tool", &protocol.CustomToolCallItem{Name: "nonsense", CallID: "c1"}, "unsupported custom tool call: nonsense"},
		{"no call at all", &protocol.MessageItem{Role: "assistant"}, "unsupported call: message"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskNever, full)
			result, err := b.set(nil).Call(t.Context(), b, c.item)
			if err != nil || result.Success || !strings.Contains(result.Text, c.contains) {
				t.Errorf("result %+v, %v, want a failure that contains %q", result, err, c.contains)
			}
			if len(b.lines) > 0 {
				t.Errorf("something happened: %q", b.lines)
			}
		})
	}
}

func TestUpdatePlan(t *testing.T) {
	t.Parallel()
	b := newBench(t, protocol.AskNever, full)
	for _, arguments := range []string{
		`{"explanation":"why","plan":[{"step":"a","status":"completed"},{"status":"in_progress","step":"b"}]}`,
		`{"plan":[],"explanation":null}`,
	} {
		b.call(t.Context(), b.set(nil), &protocol.FunctionCallItem{Name: "update_plan", CallID: "c1", Arguments: arguments})
	}
	b.expect(`
plan {"explanation":"why","plan":[{"step":"a","status":"completed"},{"step":"b","status":"in_progress"}]}
result true Plan updated
plan {"explanation":null,"plan":[]}
result true Plan updated`)
}

func TestViewImage(t *testing.T) {
	t.Parallel()
	gif, err := base64.StdEncoding.DecodeString("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, want string
		attached         string
	}{
		{"relative", "dot.gif", "image $CWD/dot.gif\nresult true attached local image path", "dot.gif"},
		{"relative in another spelling", "./x/../dot.gif", "image $CWD/./x/../dot.gif\nresult true attached local image path", "./x/../dot.gif"},
		{"absolute", "$CWD/dot.gif", "image $CWD/dot.gif\nresult true attached local image path", "dot.gif"},
		{"missing", "gone.png", "result false unable to attach the image: *", ""},
		{"a folder", ".", "result false unable to attach the image: *", ""},
		{"no name", "", "result false unable to attach the image: *", ""},
		{"text", "note.png", "result false unable to attach the image: *", ""},
		{"empty", "empty.png", "result false unable to attach the image: *", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskNever, full)
			b.write("dot.gif", string(gif))
			b.write("note.png", "hello")
			b.write("empty.png", "")
			b.write("x/y", "")
			arguments := fmt.Sprintf(`{"path":%q}`, strings.ReplaceAll(c.path, "$CWD", filepath.ToSlash(b.cwd)))
			b.call(t.Context(), b.set(nil), &protocol.FunctionCallItem{Name: "view_image", CallID: "c1", Arguments: arguments})
			if prefix, ok := strings.CutSuffix(c.want, "*"); ok {
				if len(b.lines) != 1 || !strings.HasPrefix(b.lines[0], prefix) {
					t.Errorf("%q, want %q", b.lines, c.want)
				}
			} else {
				b.expect(filepath.FromSlash(c.want))
			}
			want := []protocol.InputItem(nil)
			if c.attached != "" {
				want = []protocol.InputItem{&protocol.LocalImageInput{Path: b.cwd + filepath.FromSlash("/"+c.attached)}}
			}
			if diff := cmp.Diff(want, b.attached); diff != "" {
				t.Errorf("attached (-want +got):\n%s", diff)
			}
		})
	}
}

// The tools that each kind of model is offered, in their order.
func TestOffered(t *testing.T) {
	t.Parallel()
	all := tools.Offer{PlanTool: true, WebSearch: true, ViewImage: true}
	for _, c := range []struct {
		name  string
		slug  string
		offer tools.Offer
		patch bool
		want  string
	}{
		{"default", "gpt-5-codex", tools.Offer{ViewImage: true}, false, "shell view_image"},
		{"everything", "gpt-5", all, true, "shell update_plan apply_patch(free) web_search view_image"},
		{"nothing", "mystery", tools.Offer{}, false, "shell"},
		{"local shell", "codex-mini-latest", tools.Offer{ViewImage: true}, false, "local_shell view_image"},
		{"function patches always", "gpt-oss-20b", tools.Offer{ViewImage: true}, false, "shell apply_patch(function) view_image"},
		{"function patches even so", "openai/gpt-oss-20b", all, true, "shell update_plan apply_patch(function) web_search view_image"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskNever, full)
			s := b.set(func(o *tools.Options) { o.IncludeApplyPatch = c.patch })
			c.offer.Family = models.FamilyFor(c.slug)
			offered := s.Offered(c.offer)
			var names []string
			for _, tool := range offered {
				switch tool := tool.(type) {
				case *modelclient.FunctionTool:
					name := tool.Name
					if name == "apply_patch" {
						name += "(function)"
					}
					names = append(names, name)
				case *modelclient.FreeformTool:
					names = append(names, tool.Name+"(free)")
				case *modelclient.LocalShellTool:
					names = append(names, "local_shell")
				case *modelclient.WebSearchTool:
					names = append(names, "web_search")
				}
			}
			got := strings.Join(names, " ")
			if got != c.want {
				t.Errorf("offered %s, want %s", got, c.want)
			}
			if has := tools.HasApplyPatch(offered); has != strings.Contains(got, "apply_patch") {
				t.Errorf("HasApplyPatch = %v", has)
			}
		})
	}
}

// The descriptions and schemas that models see. A change here changes how well
// they work.
func TestToolDescriptions(t *testing.T) {
	t.Parallel()
	b := newBench(t, protocol.AskNever, full)
	var got strings.Builder
	for _, slug := range []string{"gpt-5", "gpt-oss-20b"} {
		s := b.set(func(o *tools.Options) { o.IncludeApplyPatch = true })
		for _, tool := range s.Offered(tools.Offer{Family: models.FamilyFor(slug), PlanTool: slug == "gpt-5", ViewImage: slug == "gpt-5"}) {
			switch tool := tool.(type) {
			case *modelclient.FunctionTool:
				if slug == "gpt-oss-20b" && tool.Name == "shell" {
					continue
				}
				fmt.Fprintf(&got, "-- function %s, strict %v --\n%s\n%s\n", tool.Name, tool.Strict, tool.Description, tool.Parameters)
			case *modelclient.FreeformTool:
				fmt.Fprintf(&got, "-- free form %s --\n%s\n%s\n", tool.Name, tool.Description, tool.Definition)
			}
		}
	}
	path := filepath.Join("testdata", "tools.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
	}
}

// Whatever a model sends, the call has a result and nothing runs unasked.
func FuzzFunctionArguments(f *testing.F) {
	for _, name := range []string{"shell", "apply_patch", "update_plan", "view_image", "container.exec", "x"} {
		f.Add(name, `{"command":["ls"],"input":"*** Begin Patch\n*** End Patch","plan":[],"path":"x"}`)
		f.Add(name, `{"command":["apply_patch","*** Begin Patch\n*** Add File: a\n+b\n*** End Patch"]}`)
		f.Add(name, `{"command":[],"timeout_ms":18446744073709551615,"workdir":"\u0000"}`)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, name, arguments string) {
		b := newBench(t, protocol.AskUntrusted, readOnly)
		b.cwd = dir
		// Everything is denied: there may be any number of questions.
		b.answers = []protocol.ReviewDecision{denied, denied}
		s := b.set(func(o *tools.Options) { o.Environ = nil })
		result, err := s.Call(t.Context(), b, &protocol.FunctionCallItem{Name: name, CallID: "c1", Arguments: arguments})
		if err != nil || result.Text == "" {
			t.Errorf("result %+v, %v", result, err)
		}
		if len(b.warnings) > 0 {
			t.Errorf("panic: %v", b.warnings)
		}
	})
}

func BenchmarkShellCall(b *testing.B) {
	bn := &bench{cwd: b.TempDir(), policy: protocol.AskNever, sandbox: full}
	s := bn.set(nil)
	item := shell(`{"command":["bash","-lc","rg -n TODO | head"],"workdir":"src","timeout_ms":1000}`)
	b.ReportAllocs()
	for b.Loop() {
		bn.lines, bn.envs = nil, nil
		if _, err := s.Call(b.Context(), bn, item); err != nil {
			b.Fatal(err)
		}
	}
}
