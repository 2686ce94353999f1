// Package taskdiff fetches the difference that a task in the cloud made, and
// applies it to the work tree: "codex apply". (spec: config-and-auth, apply)
package taskdiff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/clientid"
)

// Limits of a fetch.
const (
	maxBody   = 64 << 20
	fetchTime = time.Minute
)

// Options say where a task is and who asks for it. Every field but HTTPClient
// is required.
type Options struct {
	// BaseURL is that of the service, without a slash at the end.
	BaseURL    string
	Credential auth.Credential
	Identity   clientid.Identity
	// HTTPClient carries the request; nil means a plain one.
	HTTPClient *http.Client
}

// task is the part of the service's answer that matters.
type task struct {
	Turn *struct {
		Items []struct {
			Type string `json:"type"`
			Diff *struct {
				Diff string `json:"diff"`
			} `json:"output_diff"`
		} `json:"output_items"`
	} `json:"current_diff_task_turn"`
}

// Fetch returns the difference that a task made.
func Fetch(ctx context.Context, id string, o Options) (string, error) {
	if !o.Credential.ChatGPT {
		return "", errors.New("tasks need a ChatGPT login: run \"codex login\"")
	}
	if o.Credential.AccountID == "" {
		return "", errors.New("the login does not name its account: run \"codex login\" again")
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.BaseURL+"/wham/tasks/"+url.PathEscape(id), nil)
	if err != nil {
		return "", fmt.Errorf("fetch task: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+o.Credential.Bearer)
	req.Header.Set("chatgpt-account-id", o.Credential.AccountID)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", o.Identity.UserAgent())
	req.Header.Set("originator", o.Identity.Originator)
	client := http.Client{}
	if o.HTTPClient != nil {
		client = *o.HTTPClient
	}
	// A redirect would carry the token to another place.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("fetch task: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return "", fmt.Errorf("fetch task: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", fmt.Errorf("fetch task: %s: %s", resp.Status, refusal(body, o.Credential.Bearer))
	}
	return parse(body)
}

// refusal is what the service said, cut short, without the token, should it
// repeat that, and without what would control a terminal.
func refusal(body []byte, token string) string {
	const shown = 2000
	text := strings.ReplaceAll(string(body), token, "***")
	return term.Clean(strings.ToValidUTF8(text[:min(len(text), shown)], "\uFFFD"))
}

// parse takes the difference out of the answer.
func parse(body []byte) (string, error) {
	var t task
	if err := json.Unmarshal(body, &t); err != nil {
		return "", fmt.Errorf("read task: %w", err)
	}
	if t.Turn == nil {
		return "", errors.New("the task has no turn with a difference")
	}
	for _, item := range t.Turn.Items {
		if item.Type != "pr" || item.Diff == nil || item.Diff.Diff == "" {
			continue
		}
		// Without it git takes the last line for a broken one.
		return strings.TrimSuffix(item.Diff.Diff, "\n") + "\n", nil
	}
	return "", errors.New("the task made no difference")
}

// Apply applies a difference to the work tree around dir, three-way where it
// does not fit at once.
func Apply(ctx context.Context, dir, diff string) error {
	root, err := git(ctx, dir, "", "rev-parse", "--show-toplevel")
	if err != nil {
		return fmt.Errorf("not in a git work tree: %w", err)
	}
	if _, err := git(ctx, strings.TrimRight(root, "\r\n"), diff, "apply", "--3way"); err != nil {
		return fmt.Errorf("git apply: %w", err)
	}
	return nil
}

// git runs git and returns its output; its complaint is the error.
func git(ctx context.Context, dir, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(stdin)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(complaint.String()); text != "" {
			return "", errors.New(text)
		}
		return "", err
	}
	return out.String(), nil
}
