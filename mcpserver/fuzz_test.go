package mcpserver

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// FuzzLine sends any line to a server, which must go on after it. Lines that
// could start a conversation are left out.
func FuzzLine(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"n","version":"v"}}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}`,
		`{"id":1,"method":"tools/list","params":{"cursor":1}}`,
		`{"id":1,"method":"tools/call","params":{"name":"codex-reply","arguments":{"conversationId":"{01990000-0000-7000-8000-000000000000}","prompt":""}}}`,
		`{"id":1,"method":"tools/call","params":{"name":"codex-list","arguments":{"limit":1},"_meta":{"progressToken":1}}}`,
		`[]`, `{"id":null}`, "\xff", `{"id":1,"result":{}}`,
	} {
		f.Add([]byte(seed))
	}
	home := f.TempDir()
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte("model = \"m\"\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	server, err := New(context.Background(), &Options{ExtraTools: true, Agent: agent.Options{Home: home, Cwd: home, Environ: []string{"HOME=" + home}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := server.Close(context.Background()); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.ContainsAny(line, "\n") || bytes.Contains(line, []byte(`"codex"`)) || bytes.Contains(line, []byte(`\u`)) {
			return
		}
		var out bytes.Buffer
		in := io.MultiReader(bytes.NewReader(line), bytes.NewReader([]byte("\n"+`{"id":"after","method":"ping"}`+"\n")))
		if err := server.Serve(t.Context(), jsonrpc.NewLineTransport(in, &out, nil)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(out.Bytes(), []byte(`"id":"after","result":{}`)) {
			t.Errorf("no answer after %q: %s", line, out.Bytes())
		}
	})
}
