package ollama

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/codex-go/codex/mcptypes/wire"
)

const (
	connectTimeout = 5 * time.Second
	// answerTimeout bounds the requests that a server answers at once.
	answerTimeout = 30 * time.Second
	// maxLine is the longest line of progress that is read.
	maxLine = 1 << 20
	// maxList is the longest list of models that is read.
	maxList = 16 << 20
)

// ErrIncompletePull says that a pull ended without success.
var ErrIncompletePull = errors.New("the pull ended before it was complete")

// UnreachableError says that there is no server at the address.
type UnreachableError struct {
	// Host is the address that was asked.
	Host string
	// Cause is why; it may be a status.
	Cause error
}

// Error says what the user can do.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no running Ollama server found at %s (%v): start one with `ollama serve`, "+
		"or install it from https://ollama.com/download", e.Host, e.Cause)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Cause }

// Server is a local model server.
type Server struct {
	root    string
	compat  bool // the base URL is that of the OpenAI-compatible API
	http    *http.Client
	display string // root without credentials, for errors
}

// New returns the server behind a provider's base URL, such as
// "http://localhost:11434/v1". client nil means one with a short connect
// time-out and no proxy. Nothing is sent yet.
func New(baseURL string, client *http.Client) *Server {
	root := strings.TrimRight(baseURL, "/")
	root, compat := strings.CutSuffix(root, "/v1")
	root = strings.TrimRight(root, "/")
	if client == nil {
		dialer := &net.Dialer{Timeout: connectTimeout}
		client = &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableCompression: true}}
	}
	s := &Server{root: root, compat: compat, http: client, display: "the configured address"}
	if u, err := url.Parse(root); err == nil && u.Host != "" {
		s.display = u.Scheme + "://" + u.Host
	}
	return s
}

// Probe asks whether the server is there. The error is an
// [*UnreachableError], or that of ctx.
func (s *Server) Probe(ctx context.Context) error {
	path := "/api/tags"
	if s.compat {
		path = "/v1/models"
	}
	response, cancel, err := s.get(ctx, path)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &UnreachableError{Host: s.display, Cause: err}
	}
	defer cancel()
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return &UnreachableError{Host: s.display, Cause: errors.New(response.Status)}
	}
	return nil
}

// Models returns the names of the models that the server has. A status other
// than success counts as none.
func (s *Server) Models(ctx context.Context) ([]string, error) {
	response, cancel, err := s.get(ctx, "/api/tags")
	if err != nil {
		return nil, fmt.Errorf("list the local models: %w", err)
	}
	defer cancel()
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxList))
	if err != nil {
		return nil, fmt.Errorf("list the local models: %w", err)
	}
	var list struct {
		Models []struct {
			Name string `json:"name,omitzero"`
		} `json:"models,omitzero"`
	}
	if err := wire.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("list the local models: %w", err)
	}
	var names []string
	for _, model := range list.Models {
		if model.Name != "" {
			names = append(names, model.Name)
		}
	}
	return names, nil
}

// Progress is how far a pull is.
type Progress struct {
	// Status is what the server is doing, such as "verifying digest".
	Status string
	// Total and Completed are bytes, summed up over the layers seen so far.
	Total, Completed uint64
}

// Pull makes the server fetch a model and returns when it has it. progress, if
// not nil, is called on the calling goroutine whenever the server tells
// something. The error of a failed pull holds the server's text.
func (s *Server) Pull(ctx context.Context, model string, progress func(Progress)) error {
	err := s.pull(ctx, model, progress)
	if err != nil {
		return fmt.Errorf("pull the model %s: %w", model, err)
	}
	return nil
}

func (s *Server) pull(ctx context.Context, model string, progress func(Progress)) error {
	body, err := json.Marshal(struct {
		Model  string `json:"model"`
		Stream bool   `json:"stream"`
	}{model, true})
	if err != nil {
		return err
	}
	response, err := s.do(ctx, http.MethodPost, "/api/pull", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return refusal(response)
	}
	var total tally
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(make([]byte, 0, 4<<10), maxLine)
	for lines.Scan() {
		var line pullLine
		if wire.Unmarshal(lines.Bytes(), &line) != nil {
			continue // nothing that we know
		}
		if line.Error != "" {
			return errors.New(line.Error)
		}
		total.add(&line)
		if progress != nil {
			progress(Progress{Status: line.Status, Total: total.total, Completed: total.completed})
		}
		if line.Status == "success" {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return withoutURL(err)
	}
	return ErrIncompletePull
}

// refusal returns the error of a status, with what the server says about it.
func refusal(response *http.Response) error {
	var line pullLine
	body, err := io.ReadAll(io.LimitReader(response.Body, maxLine))
	if err != nil || wire.Unmarshal(body, &line) != nil || line.Error == "" {
		return errors.New(response.Status)
	}
	return fmt.Errorf("%s: %s", response.Status, line.Error)
}

// pullLine is a line of progress.
type pullLine struct {
	Status    string `json:"status,omitzero"`
	Error     string `json:"error,omitzero"`
	Digest    string `json:"digest,omitzero"`
	Total     uint64 `json:"total,omitzero"`
	Completed uint64 `json:"completed,omitzero"`
}

// tally sums up the layers of a model.
type tally struct {
	layers           map[string][2]uint64
	total, completed uint64
}

func (t *tally) add(line *pullLine) {
	if line.Digest == "" {
		return
	}
	if t.layers == nil {
		t.layers = make(map[string][2]uint64)
	}
	layer := t.layers[line.Digest]
	now := [2]uint64{max(layer[0], line.Total), max(layer[1], line.Completed)}
	t.layers[line.Digest] = now
	t.total += now[0] - layer[0]
	t.completed += now[1] - layer[1]
}

// Observer is told what [Server.Ensure] does. Its functions are called on the
// calling goroutine and may be nil.
type Observer struct {
	// Progress is told how a pull goes.
	Progress func(Progress)
	// Warn is told that the models could not be listed, so that nobody knows
	// whether the model is there.
	Warn func(error)
}

// Ensure checks that the server is there and has the model, and pulls it
// otherwise.
func (s *Server) Ensure(ctx context.Context, model string, observer Observer) error {
	if err := s.Probe(ctx); err != nil {
		return err
	}
	names, err := s.Models(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if observer.Warn != nil {
			observer.Warn(err)
		}
		return nil
	}
	if slices.Contains(names, model) || !strings.Contains(model, ":") && slices.Contains(names, model+":latest") {
		return nil
	}
	return s.Pull(ctx, model, observer.Progress)
}

// errBadAddress stands for an address that cannot be asked. The address itself
// may hold credentials.
var errBadAddress = errors.New("the base URL is not an HTTP address")

// get sends a request that is answered soon. The caller cancels after it has
// read the body.
func (s *Server) get(ctx context.Context, path string) (*http.Response, context.CancelFunc, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	response, err := s.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return response, cancel, nil
}

// do sends a request, which says nothing about the program.
// (spec: agent-loop, OSS / Ollama)
func (s *Server) do(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.root+path, body)
	if err != nil {
		return nil, errBadAddress
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("User-Agent", "") // an empty one is not sent
	response, err := s.http.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	return response, nil
}

// withoutURL returns the error without the address that it repeats.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
