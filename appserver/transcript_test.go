package appserver

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// TestTranscripts runs the conversations in testdata/transcript. A file begins
// with settings, one a line:
//
//	# TEXT             a comment
//	config LINE        a line of config.toml, in front of the usual ones
//	provider LINE      a line of the provider's table
//	home NAME TEXT     a file in CODEX_HOME
//	work NAME TEXT     a file in the working directory
//	model STEP ...     an answer of the model, see below
//	unix               the conversation runs commands of a Unix system
//	ids vary           the id of a question is written as <ask>
//
// Then sections follow. In "-- client --" stands what the client sends, one line
// for each message; in "-- server --" everything that the server sends until the
// response to the last request, in order. A client other than the first has a
// name: "-- client b --". Lines in a client's section that begin with ">" are
// commands:
//
//	> until TEXT       the server's section ends with a message that holds TEXT
//	> silence          the server's section is not read yet
//	> requests N       wait until the model was asked N times
//	> open NAME        a gate of the model opens
//	> remove PATH      a file is removed
//	> write PATH TEXT  a file is written
//	> exists PATH      wait until a command has made a file
//	> eof              the client ends its output; the section ends with the server's
//
// What varies is written as <uuid-1>, <time>, <home>, <work>, <model>, <agent>,
// <duration>, <tokens>, and what the client sends may hold them too; <rollout> is
// the path of the last new conversation.
//
// The steps of an answer: "text:T", "deltas:A|B", "call:NAME,ID,JSON", "gate:NAME",
// "hang", "end", "disconnect", "status:N,BODY". In them "_" stands for a blank.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/transcript/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if runtime.GOOS == "windows" && slices.Contains(strings.Split(string(want), "\n"), "unix") {
				t.Skip("not on this system")
			}
			got := runTranscript(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// transcript is a conversation that is being held.
type transcript struct {
	t     *testing.T
	stage *stage
	names *names
	gates map[string]chan struct{}
	wires map[string]*wire
	// asks are the ids of the last questions to each client, if they vary.
	asks    map[*wire]string
	idsVary bool
	out     strings.Builder
}

func runTranscript(t *testing.T, text string) string {
	tr := &transcript{t: t, gates: make(map[string]chan struct{}), wires: make(map[string]*wire), asks: make(map[*wire]string)}
	var head, body []string
	client, inClient := "", false // whose section is being read
	play := func() {
		if inClient {
			tr.client(client, body)
		}
		body, inClient = nil, false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		title, isTitle := strings.CutPrefix(line, "-- ")
		if !isTitle {
			body = append(body, line)
			continue
		}
		if tr.stage == nil {
			head, body = body, nil
			tr.setUp(head)
		}
		play()
		client, inClient = strings.CutPrefix(strings.TrimSuffix(title, " --"), "client")
		client = strings.TrimSpace(client)
	}
	play()
	return strings.Join(head, "\n") + "\n" + tr.out.String()
}

// setUp reads the settings and starts the server.
func (tr *transcript) setUp(head []string) {
	var o stageOptions
	o.files = make(map[string]string)
	work := make(map[string]string)
	for _, line := range head {
		word, arg, _ := strings.Cut(line, " ")
		switch word {
		case "", "#", "unix":
		case "ids":
			tr.idsVary = true
		case "config":
			o.config += arg + "\n"
		case "provider":
			o.provider += arg + "\n"
		case "home", "work":
			name, content, _ := strings.Cut(arg, " ")
			into := o.files
			if word == "work" {
				into = work
			}
			into[name] = strings.ReplaceAll(content, `\n`, "\n")
		case "model":
			o.model = append(o.model, tr.answer(arg))
		default:
			tr.t.Fatalf("unknown setting %q", line)
		}
	}
	tr.stage = newStage(tr.t, o)
	for name, content := range work {
		tr.stage.write(filepath.Join(tr.stage.work, name), content)
	}
	tr.names = newNames(map[string]string{
		tr.stage.home: "<home>", tr.stage.work: "<work>", tr.stage.model.URL: "<model>",
	})
}

// answer makes an answer of the model.
func (tr *transcript) answer(text string) modeltest.Response {
	var steps []modeltest.Step
	for step := range strings.FieldsSeq(text) {
		kind, arg, _ := strings.Cut(strings.ReplaceAll(step, "_", " "), ":")
		switch kind {
		case "text":
			steps = append(steps, modeltest.Text(arg))
		case "deltas":
			steps = append(steps, modeltest.Deltas(strings.Split(arg, "|")...))
		case "call":
			parts := strings.SplitN(arg, ",", 3)
			steps = append(steps, modeltest.Call(strings.ReplaceAll(parts[0], " ", "_"), parts[1], parts[2]))
		case "gate":
			gate := make(chan struct{})
			tr.gates[arg] = gate
			steps = append(steps, modeltest.Until(gate))
		case "hang":
			steps = append(steps, modeltest.Hang())
		case "end":
			steps = append(steps, modeltest.End())
		case "disconnect":
			steps = append(steps, modeltest.Disconnect())
		case "status":
			var status int
			code, body, _ := strings.Cut(arg, ",")
			if _, err := fmt.Sscan(code, &status); err != nil {
				tr.t.Fatal(err)
			}
			return modeltest.Status(status, body)
		default:
			tr.t.Fatalf("unknown step %q", step)
		}
	}
	return modeltest.Reply(steps...)
}

var question = regexp.MustCompile(`"id":(\d+),"method":"\w+Approval"`)

var requestID = regexp.MustCompile(`^\{(?:"jsonrpc":"2.0",)?"id":("[^"]*"|-?\d+),"method":`)

// client plays a section of a client and writes the one of the server.
func (tr *transcript) client(name string, body []string) {
	fmt.Fprintf(&tr.out, "-- %s --\n", strings.TrimSpace("client "+name))
	for _, line := range body {
		fmt.Fprintln(&tr.out, line)
	}
	w := tr.wires[name]
	if w == nil {
		w = tr.stage.dial()
		tr.wires[name] = w
	}
	until, silent, eof := "", false, false
	for _, line := range body {
		command, ok := strings.CutPrefix(line, "> ")
		if !ok {
			if line == "" {
				continue
			}
			if id := requestID.FindStringSubmatch(line); id != nil {
				until = `{"jsonrpc":"2.0","id":` + id[1] + `,`
			}
			w.send(strings.ReplaceAll(tr.names.real(line), "<ask>", tr.asks[w]))
			continue
		}
		verb, arg, _ := strings.Cut(command, " ")
		switch verb {
		case "until":
			until = arg
		case "silence":
			silent = true
		case "requests":
			var n int
			if _, err := fmt.Sscan(arg, &n); err != nil {
				tr.t.Fatal(err)
			}
			if _, err := tr.stage.model.Wait(tr.t.Context(), n); err != nil {
				tr.t.Fatal(err)
			}
		case "open":
			close(tr.gates[arg])
		case "remove":
			if err := os.RemoveAll(tr.names.real(arg)); err != nil {
				tr.t.Fatal(err)
			}
		case "exists":
			eventually(tr.t, arg, func() bool {
				_, err := os.Stat(tr.names.real(arg))
				return err == nil
			})
		case "write":
			path, content, _ := strings.Cut(arg, " ")
			tr.stage.write(tr.names.real(path), content)
		case "eof":
			eof = true
		default:
			tr.t.Fatalf("unknown command %q", line)
		}
	}
	if silent {
		return
	}
	title := strings.TrimSpace("server " + name)
	w.waitingFor = fmt.Sprintf("%q after\n%s", until, tr.out.String())
	fmt.Fprintf(&tr.out, "-- %s --\n", title)
	if eof {
		for _, line := range w.end() {
			fmt.Fprintln(&tr.out, tr.names.written(line))
		}
		return
	}
	for {
		line, ok := w.next()
		if !ok {
			tr.t.Errorf("the output of %s ended before %q:\n%s", title, until, tr.out.String())
			return
		}
		line = tr.names.written(line)
		if ask := question.FindStringSubmatch(line); ask != nil && tr.idsVary {
			tr.asks[w] = ask[1]
			line = strings.Replace(line, `"id":`+ask[1], `"id":<ask>`, 1)
		}
		fmt.Fprintln(&tr.out, line)
		if strings.Contains(line, until) {
			return
		}
	}
}

// names replaces what varies from run to run.
type names struct {
	fixed []string // real and written form in turn
	uuids []string // real forms, in the order of their numbers
	// rollout is the path that a response named last, for <rollout>.
	rollout string
}

func newNames(fixed map[string]string) *names {
	n := new(names)
	for real, written := range fixed {
		n.fixed = append(n.fixed, real, written)
	}
	return n
}

var (
	uuidPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	rolloutPath = regexp.MustCompile(`"rolloutPath":"([^"]*)"`)
	varying     = []struct {
		pattern *regexp.Regexp
		written string
	}{
		{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "<time>"},
		{regexp.MustCompile(`rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-`), "rollout-<time>-"},
		{regexp.MustCompile(`sessions/\d{4}/\d\d/\d\d/`), "sessions/<date>/"},
		{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\|`), "<time>|"},
		{regexp.MustCompile(`"duration":\{"secs":\d+,"nanos":\d+\}`), `"duration":<duration>`},
		{regexp.MustCompile(`timed out after \d+ ms`), "timed out after <duration>"},
		{regexp.MustCompile(`codex_cli_rs/[^"]* \(`), "<agent> ("},
		{regexp.MustCompile(`"historyLogId":\d+`), `"historyLogId":<log>`},
		{regexp.MustCompile(`"type":"token_count",.*\},"conversationId"`), `"type":"token_count",<tokens>},"conversationId"`},
	}
)

// written returns a line of the server as it is written.
func (n *names) written(line string) string {
	if path := rolloutPath.FindStringSubmatch(line); path != nil {
		n.rollout = path[1]
	}
	line = strings.NewReplacer(n.fixed...).Replace(line)
	for _, v := range varying {
		line = v.pattern.ReplaceAllString(line, v.written)
	}
	return uuidPattern.ReplaceAllStringFunc(line, func(uuid string) string {
		i := slices.Index(n.uuids, uuid)
		if i < 0 {
			i = len(n.uuids)
			n.uuids = append(n.uuids, uuid)
		}
		return fmt.Sprintf("<uuid-%d>", i+1)
	})
}

// real returns a written line as the client sends it.
func (n *names) real(line string) string {
	line = strings.ReplaceAll(line, "<rollout>", n.rollout)
	for i, uuid := range n.uuids {
		line = strings.ReplaceAll(line, fmt.Sprintf("<uuid-%d>", i+1), uuid)
	}
	for i := 0; i < len(n.fixed); i += 2 {
		line = strings.ReplaceAll(line, n.fixed[i+1], n.fixed[i])
	}
	return line
}
