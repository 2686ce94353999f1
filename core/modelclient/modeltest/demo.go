package modeltest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// demoFolder is where the demonstration writes, below the working directory.
const demoFolder = "codex-demo"

// Demo returns a handler that holds a conversation without a model, so that a
// user sees what one looks like. The first turn says something, asks for a
// command that needs an approval, then for a patch, and ends with a message;
// later turns do what the user's words ask for: "run", "write" or "plan", or
// just answer. What it does next depends on nothing but the conversation in the
// request, so one handler serves any number of conversations, turns and
// clients, and the same conversation always goes the same way. pace is the
// pause after each word; 0 means none.
func Demo(pace time.Duration) Handler {
	return func(r *Request) Response {
		d := demo{request: r, pace: pace}
		d.read()
		return Reply(d.steps()...)
	}
}

// demo is one request of the demonstration.
type demo struct {
	request *Request
	pace    time.Duration

	turn    int    // the user's messages so far, from 1
	text    string // the last of them
	calls   int    // calls of this turn
	output  string // what the last call of this turn came to
	pending bool   // the last call has no output
}

// read finds out where the conversation stands.
func (d *demo) read() {
	for _, item := range d.request.Items() {
		switch item := item.(type) {
		case *protocol.MessageItem:
			if text := messageText(item); item.Role == "user" && !isContext(text) {
				d.turn++
				d.text, d.calls, d.output, d.pending = text, 0, "", false
			}
		case *protocol.FunctionCallItem, *protocol.CustomToolCallItem, *protocol.LocalShellCallItem:
			d.calls++
			d.pending = true
		case *protocol.FunctionCallOutputItem:
			d.output, d.pending = item.Output, false
		case *protocol.CustomToolCallOutputItem:
			d.output, d.pending = item.Output, false
		}
	}
}

// isContext reports whether a user message was written by the program.
func isContext(text string) bool {
	text = strings.TrimSpace(text)
	for _, tag := range [...]string{"<environment_context>", "<user_instructions>", "<user_action>"} {
		if strings.HasPrefix(text, tag) {
			return true
		}
	}
	return false
}

func (d *demo) steps() []Step {
	if len(d.request.Tools()) == 0 {
		return d.say("This is a summary by the demonstration model: the user tried out a conversation.")
	}
	actions := d.actions()
	if d.calls == 0 && d.turn <= 1 {
		return append(d.say("Hello! I am a scripted model: nothing leaves this machine. "+
			"You said: "+quote(d.text)+". First I make a folder; you may be asked to approve that."),
			actions[0](d))
	}
	if d.calls > 0 && !d.succeeded() {
		return d.say("That did not happen: " + quote(d.outputText()) + ". That is fine, you decide. " + demoHint)
	}
	if d.calls < len(actions) {
		var lead []Step
		if d.calls > 0 {
			lead = d.say("That worked. Now I write a file with a patch.")
		} else {
			lead = d.say("Let me do that.")
		}
		return append(lead, actions[d.calls](d))
	}
	if len(actions) == 0 {
		return d.say("You said: " + quote(d.text) + ". " + demoHint)
	}
	return d.say("Done. What I write goes into the folder " + demoFolder + ". " + demoHint)
}

const demoHint = "Ask me to run a command, to write a file or to make a plan."

// action makes the call that a turn asks for.
type action func(*demo) Step

// actions returns the calls of this turn, in order.
func (d *demo) actions() []action {
	if d.turn <= 1 {
		return []action{(*demo).makeFolder, (*demo).writeFile}
	}
	var actions []action
	for _, known := range [...]struct {
		words []string
		action
	}{
		{[]string{"plan"}, (*demo).makePlan},
		{[]string{"run", "command", "shell", "list"}, (*demo).makeFolder},
		{[]string{"write", "file", "patch", "edit"}, (*demo).writeFile},
	} {
		if slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(d.text), notLetter), func(word string) bool {
			return slices.Contains(known.words, word)
		}) {
			actions = append(actions, known.action)
		}
	}
	return actions
}

func notLetter(r rune) bool { return r < 'a' || r > 'z' }

func (d *demo) callID(name string) string { return fmt.Sprintf("demo-%d-%s", d.turn, name) }

// makeFolder asks for a command that no policy takes for granted.
func (d *demo) makeFolder() Step {
	return d.shell("shell", []string{"mkdir", "-p", demoFolder}, "The demonstration wants to make the folder "+demoFolder+".")
}

// shell runs a command through whichever shell tool is offered.
func (d *demo) shell(name string, command []string, justification string) Step {
	if _, ok := d.request.Tool("local_shell"); ok {
		return LocalShell(d.callID(name), command...)
	}
	arguments := object{"command": command}
	if justification != "" {
		arguments["with_escalated_permissions"] = true
		arguments["justification"] = justification
	}
	return Call("shell", d.callID(name), string(encode(arguments)))
}

// writeFile patches a new file into the folder.
func (d *demo) writeFile() Step {
	patch := fmt.Sprintf("*** Begin Patch\n*** Add File: %s/turn-%d.md\n+# Turn %d\n+\n+You said: %s\n*** End Patch\n",
		demoFolder, d.turn, d.turn, quote(d.text))
	switch tool, ok := d.request.Tool("apply_patch"); {
	case !ok:
		return d.shell("patch", []string{"apply_patch", patch}, "")
	case tool.Type == "custom":
		return CustomCall("apply_patch", d.callID("patch"), patch)
	}
	return Call("apply_patch", d.callID("patch"), string(encode(object{"input": patch})))
}

// makePlan updates the plan, or prints one when there is no plan tool.
func (d *demo) makePlan() Step {
	if _, ok := d.request.Tool("update_plan"); !ok {
		return d.shell("plan", []string{"echo", "1. Greet the user. 2. Do what the user asks for. 3. Say goodbye."}, "")
	}
	return Call("update_plan", d.callID("plan"), string(encode(object{
		"explanation": "A plan of the demonstration",
		"plan": []object{
			{"step": "Greet the user", "status": "completed"},
			{"step": "Do what the user asks for", "status": "in_progress"},
			{"step": "Say goodbye", "status": "pending"},
		},
	})))
}

// succeeded reports whether the last call of the turn did what it should.
func (d *demo) succeeded() bool {
	if d.pending {
		return false
	}
	raw, ok := wire.Peek([]byte(d.output), "metadata", "exit_code")
	if !ok {
		// Tools that run no command answer with plain text.
		lower := strings.ToLower(d.output)
		return !slices.ContainsFunc([]string{"reject", "denied", "abort", "fail", "error", "was not", "unable"}, func(word string) bool {
			return strings.Contains(lower, word)
		})
	}
	return string(raw) == "0"
}

// outputText returns what the last call printed, or all that came back.
func (d *demo) outputText() string {
	if printed, ok := wire.PeekString([]byte(d.output), "output"); ok {
		return string(printed)
	}
	return d.output
}

// say is a message that comes word by word.
func (d *demo) say(text string) []Step {
	words := strings.SplitAfter(text, " ")
	return []Step{func(r *renderer) { r.paced(text, words, d.pace) }}
}

// quote returns the beginning of a text as one line between quotes.
func quote(text string) string {
	const most = 80
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return string(wire.AppendString(nil, text))
}
