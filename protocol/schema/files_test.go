package schema_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol/schema"
	"github.com/google/go-cmp/cmp"
)

const header = "// GENERATED CODE! DO NOT MODIFY BY HAND!\n\n"

// put writes files to a new folder.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWriteRemovesOldFiles(t *testing.T) {
	t.Parallel()
	const generatedJSON = `{"$comment": "Generated from the registries of the protocol. Do not edit.", "type": "string"}`
	tests := []struct {
		name  string
		write func(dir string) ([]string, error)
		files map[string]string
		kept  []string
	}{
		{
			"TypeScript", schema.WriteTypeScript,
			map[string]string{
				"Old.ts":     header + "export type Old = string;\n",
				"Windows.ts": strings.ReplaceAll(header, "\n", "\r\n") + "export type Windows = string;\r\n",
				"Mine.ts":    "export type Mine = string;\n",
				"Note.ts":    "// mine\n" + header,
				"Old.txt":    header,
				"Tool.ts":    "overwritten",
			},
			[]string{"Mine.ts", "Note.ts", "Old.txt", "Tool.ts"},
		},
		{
			"JSON Schema", schema.WriteJSON,
			map[string]string{
				"Old.schema.json":  generatedJSON,
				"mine.schema.json": `{"$comment": "by hand"}`,
				"broken.json":      "{",
				"list.json":        "[]",
				"Old.ts":           header,
			},
			[]string{"Old.ts", "broken.json", "list.json", "mine.schema.json"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := put(t, test.files)
			if err := os.Mkdir(filepath.Join(dir, "folder.ts"), 0o700); err != nil {
				t.Fatal(err)
			}
			written, err := test.write(dir)
			if err != nil {
				t.Fatal(err)
			}
			var kept []string
			for name := range test.files {
				if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
					kept = append(kept, name)
				}
			}
			slices.Sort(kept)
			if diff := cmp.Diff(test.kept, kept); diff != "" {
				t.Errorf("kept files (-want +got):\n%s", diff)
			}
			for _, path := range written {
				data, err := os.ReadFile(path)
				if err != nil || len(data) == 0 || string(data) == "overwritten" {
					t.Errorf("%s was not written: %v", path, err)
				}
			}
		})
	}
}

// TestWriteLeavesCurrentFiles checks that programs that watch the folder see no
// change when there is none.
func TestWriteLeavesCurrentFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	paths, err := schema.WriteTypeScript(dir)
	if err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, path := range paths {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := schema.WriteTypeScript(dir); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if !info.ModTime().Equal(long) {
			t.Errorf("%s was written again", path)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	dir := put(t, map[string]string{"file": "x"})
	for name, write := range map[string]func(string) ([]string, error){"TypeScript": schema.WriteTypeScript, "JSON": schema.WriteJSON} {
		if _, err := write(filepath.Join(dir, "file")); err == nil {
			t.Errorf("%s was written into a file", name)
		}
	}
}

// TestTypeScriptLayout holds the files to what clients rely on: header, one
// exported type a file, sorted imports of types, and the index.
func TestTypeScriptLayout(t *testing.T) {
	t.Parallel()
	p, err := schema.Current()
	if err != nil {
		t.Fatal(err)
	}
	index := header
	var indexed string
	for _, f := range p.TypeScript() {
		text := string(f.Data)
		switch f.Name {
		case "index.ts":
			indexed = text
			continue
		case schema.JSONValueName:
			if strings.Contains(text, header) || !strings.Contains(text, "export type JsonValue = ") {
				t.Errorf("%s is not as it should be:\n%s", f.Name, text)
			}
			continue
		}
		name := strings.TrimSuffix(f.Name, ".ts")
		index += `export type { ` + name + ` } from "./` + name + `";` + "\n"
		body, ok := strings.CutPrefix(text, header)
		if !ok {
			t.Errorf("%s has no header", f.Name)
		}
		if strings.Count(text, "export ") != 1 || !strings.Contains(text, "\nexport type "+name+" =") {
			t.Errorf("%s does not export one type", f.Name)
		}
		var imports []string
		for line := range strings.Lines(body) {
			if strings.HasPrefix(line, "import ") {
				imports = append(imports, line[strings.Index(line, `"`):])
			}
			if len(line) > 120 {
				t.Errorf("%s has a line of %d bytes: %s", f.Name, len(line), line)
			}
		}
		if !slices.IsSorted(imports) || len(slices.Compact(slices.Clone(imports))) != len(imports) {
			t.Errorf("%s has imports that are not sorted: %v", f.Name, imports)
		}
	}
	if diff := cmp.Diff(index, indexed); diff != "" {
		t.Errorf("index.ts (-want +got):\n%s", diff)
	}
}

// TestTypeScriptTypes checks types by which clients would notice a mistake.
// (spec: app-server, do better: TypeScript)
func TestTypeScriptTypes(t *testing.T) {
	t.Parallel()
	p, err := schema.Current()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range p.TypeScript() {
		files[f.Name] = string(f.Data)
	}
	tests := []struct{ name, file, want string }{
		{"duration", "Duration.ts", "export type Duration = { secs: number, nanos: number, };"},
		{"member with a duration", "ExecCommandEndEvent.ts", "  duration: Duration,\n"},
		{"64-bit integer", "HistoryEntry.ts", "  ts: number,\n"},
		{"optional member", "ClientInfo.ts", "title?: string | null,"},
		{"member that is null", "TaskCompleteEvent.ts", "{ last_agent_message: string | null, }"},
		{"enum", "AuthMode.ts", `export type AuthMode = "apikey" | "chatgpt";`},
		{"string", "ConversationId.ts", "export type ConversationId = string;"},
		{"id", "RequestId.ts", "export type RequestId = string | number;"},
		{"no members", "SendUserMessageResponse.ts", "export type SendUserMessageResponse = Record<string, never>;"},
		{"map", "PatchApplyBeginEvent.ts", "changes: { [key in string]?: FileChange },"},
		{"result or error", "McpToolCallEndEvent.ts", "result: { Ok: CallToolResult, } | { Err: string, },"},
		{"payload", "EventMsg.ts", `  | { "type": "plan_update" } & UpdatePlanArgs` + "\n"},
		{"case without payload", "EventMsg.ts", `  | { "type": "agent_reasoning_section_break" }` + "\n"},
		{"request", "ClientRequest.ts", `  | { "method": "newConversation", id: RequestId, params: NewConversationParams, }` + "\n"},
		{"request without params", "ClientRequest.ts", `  | { "method": "userInfo", id: RequestId, params?: undefined, }` + "\n"},
		{"notification", "ClientNotification.ts", `export type ClientNotification = { "method": "initialized", };`},
		{"event notification", "EventNotification.ts", `"method": "codex/event/task_complete",`},
		{"results", "ClientResults.ts", "  userInfo: UserInfoResponse,\n"},
		{"cases without tags", "ContentBlock.ts", "TextContent | ImageContent"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if text := files[test.file]; !strings.Contains(text, test.want) {
				t.Errorf("%s lacks %q:\n%s", test.file, test.want, text)
			}
		})
	}
}

// TestJSONFiles checks the form of the JSON files.
func TestJSONFiles(t *testing.T) {
	t.Parallel()
	p, err := schema.Current()
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if files[0].Name != schema.BundleName {
		t.Errorf("the first file is %s, want the bundle", files[0].Name)
	}
	for _, f := range files {
		if !schema.IsGeneratedJSON(f.Data) {
			t.Errorf("%s does not say that it is generated", f.Name)
		}
		if !strings.Contains(string(f.Data), `"$schema": "https://json-schema.org/draft/2020-12/schema"`) {
			t.Errorf("%s does not name its draft", f.Name)
		}
		if strings.Contains(string(f.Data), `\u00`) {
			t.Errorf("%s has escapes that nobody needs", f.Name)
		}
	}
}
