package taskdiff

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/clientid"
)

const diff = "diff --git a/f.txt b/f.txt\n--- a/f.txt\n+++ b/f.txt\n@@ -1 +1 @@\n-one\n+two\n"

func TestFetch(t *testing.T) {
	t.Parallel()
	signedIn := auth.Credential{Bearer: "at-secret", AccountID: "acc", ChatGPT: true}
	tests := []struct {
		name       string
		credential auth.Credential
		status     int
		body       string
		want, fail string
	}{
		{"a difference", signedIn, 200, `{"current_diff_task_turn":{"output_items":[{"type":"message"},{"type":"pr","output_diff":{"diff":"D\n"}}]}}`, "D\n", ""},
		{"without a line end", signedIn, 200, `{"current_diff_task_turn":{"output_items":[{"type":"pr","output_diff":{"diff":"D"}}]}}`, "D\n", ""},
		{"behind one without", signedIn, 200, `{"current_diff_task_turn":{"output_items":[{"type":"pr"},{"type":"pr","output_diff":{"diff":"D\n"}}]}}`, "D\n", ""},
		{"an empty difference", signedIn, 200, `{"current_diff_task_turn":{"output_items":[{"type":"pr","output_diff":{"diff":""}}]}}`, "", "made no difference"},
		{"no turn", signedIn, 200, `{"current_diff_task_turn":null}`, "", "no turn"},
		{"no difference", signedIn, 200, `{"current_diff_task_turn":{"output_items":[]}}`, "", "made no difference"},
		{"refused", signedIn, 403, `nope`, "", "403 Forbidden: nope"},
		{"refused with the token", signedIn, 500, "\x1b[31mno at-secret", "", "500 Internal Server Error: \uFFFD[31mno ***"},
		{"redirected", signedIn, 302, ``, "", "302 Found"},
		{"not JSON", signedIn, 200, `<html>`, "", "read task"},
		{"an API key", auth.Credential{Bearer: "sk"}, 200, ``, "", "ChatGPT login"},
		{"no account", auth.Credential{Bearer: "at-secret", ChatGPT: true}, 200, ``, "", "account"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got := []string{r.Method, r.URL.EscapedPath(), r.Header.Get("Authorization"), r.Header.Get("chatgpt-account-id"), r.Header.Get("originator")}
				want := []string{"GET", "/wham/tasks/task%2F1", "Bearer at-secret", "acc", "codex_cli_rs"}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the request differs (-want +got):\n%s", diff)
				}
				w.Header().Set("Location", "http://127.0.0.1:1/")
				w.WriteHeader(tt.status)
				w.Write([]byte(tt.body))
			}))
			defer s.Close()
			got, err := Fetch(t.Context(), "task/1", Options{BaseURL: s.URL, Credential: tt.credential, Identity: clientid.New(clientid.Options{})})
			if tt.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fail) || strings.Contains(err.Error(), "at-secret") {
					t.Errorf("error %v, want one with %q and without the token", err, tt.fail)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git on this machine")
	}
	if err := Apply(t.Context(), t.TempDir(), diff); err == nil {
		t.Error("outside of a work tree: no error")
	}
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "f.txt")
	if err := os.WriteFile(file, []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q", "--template="}, {"add", "f.txt"}} {
		if _, err := git(t.Context(), dir, "", args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := Apply(t.Context(), sub, diff); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "two\n" {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if err := Apply(t.Context(), dir, strings.ReplaceAll(diff, "one", "three")); err == nil {
		t.Error("a difference that does not fit: no error")
	}
}
