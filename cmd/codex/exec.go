package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/codex-go/codex/cmd/internal/execrun"
	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// execFlags are the flags of "codex exec".
type execFlags struct {
	*globalFlags
	images       []string
	model        *string // nil when it is not given
	profile      *string // nil when it is not given
	sandbox      string
	cd           string
	addDirs      []string
	oss          bool
	fullAuto     bool
	yolo         bool
	skipGit      bool
	outputSchema string
	color        string
	json         bool
	planTool     bool
	lastMessage  string
	last         bool
	forNewer     [2]string // what newer clients tell and nothing here needs
}

func newExec(flags *globalFlags) *cobra.Command {
	f := &execFlags{globalFlags: flags}
	cmd := &cobra.Command{
		Use:     "exec [flags] [PROMPT] [resume [SESSION_ID] [PROMPT]]",
		Aliases: []string{"e"},
		Short:   "Run one turn without asking anybody anything",
		Long: "Runs one turn of a conversation without a user at hand: commands that would need an approval are refused.\n" +
			"The prompt is an argument, or standard input when it is missing or \"-\". \"resume\" continues a recorded\n" +
			"conversation: by its id, or the newest one with --last.",
		Example: "  codex exec \"Explain this repository\"\n" +
			"  codex exec --full-auto --json \"Make the tests pass\"\n" +
			"  git diff | codex exec -\n" +
			"  codex exec \"What has changed?\" -i before.png after.png\n" +
			"  codex exec resume --last \"And now the documentation\"",
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.images, "image", "i", nil, "show each `FILE` up to the next flag to the model; repeatable, comma-separated")
	model := fl.StringP("model", "m", "", "model to use")
	profile := fl.StringP("profile", "p", "", "profile of config.toml to use")
	fl.StringVarP(&f.sandbox, "sandbox", "s", "", "what commands may do: read-only, workspace-write or danger-full-access")
	fl.StringVarP(&f.cd, "cd", "C", "", "working directory of the agent")
	fl.StringArrayVar(&f.addDirs, "add-dir", nil, "another `DIR` that commands may write to; repeatable")
	fl.BoolVar(&f.oss, "oss", false, "use a local model server")
	fl.BoolVar(&f.fullAuto, "full-auto", false, "let commands write in the workspace, inside the sandbox")
	fl.BoolVar(&f.yolo, "dangerously-bypass-approvals-and-sandbox", false, "run every command without a sandbox: only where that can do no harm")
	fl.BoolVar(&f.yolo, "yolo", false, "the same")
	fl.BoolVar(&f.skipGit, "skip-git-repo-check", false, "run outside of a git repository too")
	fl.StringVar(&f.outputSchema, "output-schema", "", "JSON Schema `FILE` that the last message must follow")
	fl.StringVar(&f.color, "color", "auto", "style the output: always, never or auto")
	fl.BoolVar(&f.json, "json", false, "print events as JSON lines")
	fl.BoolVar(&f.json, "experimental-json", false, "the same")
	fl.BoolVar(&f.planTool, "include-plan-tool", false, "offer the model a planning tool")
	fl.StringVarP(&f.lastMessage, "output-last-message", "o", "", "write the last message of the agent to `FILE`")
	fl.StringVar(&f.forNewer[0], "thread-source", "", "what the conversation was started for")
	fl.StringVar(&f.forNewer[1], "cyber-access-program", "", "what the account may do")
	fl.BoolVar(&f.last, "last", false, "with resume: continue the newest conversation")
	for _, hidden := range []string{"yolo", "experimental-json", "thread-source", "cyber-access-program"} {
		if err := fl.MarkHidden(hidden); err != nil {
			panic(err) // the flag is defined above
		}
	}
	f.addVersion(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if fl.Changed("model") {
			f.model = model
		}
		if fl.Changed("profile") {
			f.profile = profile
		}
		return f.run(cmd, args)
	}
	for name, values := range map[string][]string{
		"sandbox": protocol.SandboxMode("").Values(),
		"color":   {"always", "never", "auto"},
	} {
		if err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return cmd
}

// usageError is a mistake on the command line.
func usageError(format string, args ...any) error {
	return &exitError{code: 2, err: fmt.Errorf(format, args...)}
}

func (f *execFlags) run(cmd *cobra.Command, args []string) error {
	if f.version {
		return printVersion(cmd, "codex-cli-exec")
	}
	o := execrun.Options{
		SkipGitCheck:    f.skipGit,
		JSON:            f.json,
		LastMessageFile: f.lastMessage,
		Out:             cmd.OutOrStdout(),
		Err:             cmd.ErrOrStderr(),
	}
	if err := exclusive(cmd, "json", "experimental-json"); err != nil {
		return err
	}
	if f.fullAuto && f.yolo {
		return usageError("--full-auto and --dangerously-bypass-approvals-and-sandbox exclude each other")
	}
	prompt, err := f.arguments(args, &o)
	if err != nil {
		return err
	}
	switch f.color {
	case "always":
		o.Color = true
	case "auto":
		o.Color = bool(term.Wanted(os.Stdout, os.Getenv("NO_COLOR")))
	case "never":
	default:
		return usageError("--color must be always, never or auto")
	}
	if o.Images, err = f.imageFiles(); err != nil {
		return err
	}
	if o.Prompt, err = readPrompt(cmd.Context(), prompt, os.Stdin, o.Err); err != nil {
		if len(o.Images) > 0 && prompt == nil {
			return fmt.Errorf("%w; every word behind -i is an image: put the prompt in front of it, or behind --", err)
		}
		return err
	}
	if o.OutputSchema, err = readSchema(f.outputSchema); err != nil {
		return err
	}
	for _, dir := range f.addDirs {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return fmt.Errorf("--add-dir: %w", err)
		}
		o.WritableRoots = append(o.WritableRoots, abs)
	}
	overrides, err := f.configOverrides()
	if err != nil {
		return err
	}
	return f.withAgent(cmd.Context(), overrides, func(ctx context.Context, a *agent.Agent) error {
		if f.oss {
			if err := prepareLocal(ctx, a.Startup, os.Stderr); err != nil {
				return err
			}
		}
		code, err := execrun.Run(ctx, a, o)
		if code == 0 && err == nil {
			return nil
		}
		return &exitError{code: max(code, 1), err: err}
	})
}

// imageFiles are the files of -i.
func (f *execFlags) imageFiles() ([]string, error) {
	var files []string
	for _, list := range f.images {
		if list == "" {
			return nil, usageError("-i needs a file behind it; see \"codex exec --help\"")
		}
		for file := range strings.SplitSeq(list, ",") {
			if file == "" {
				return nil, usageError("-i has an empty file name in %q", list)
			}
			files = append(files, file)
		}
	}
	return files, nil
}

// arguments tells prompt and resume apart: [PROMPT] [resume [ID] [PROMPT]].
func (f *execFlags) arguments(args []string, o *execrun.Options) (prompt *string, err error) {
	at := slices.Index(args[:min(len(args), 2)], "resume")
	if at < 0 {
		if f.last {
			return nil, usageError("--last goes with resume")
		}
		switch len(args) {
		case 0:
			return nil, nil
		case 1:
			return &args[0], nil
		}
		return nil, usageError("unexpected argument %q: quote the prompt", args[1])
	}
	if at == 1 {
		prompt = &args[0]
	}
	rest := args[at+1:]
	if f.last {
		o.Resume = execrun.ResumeLast
	} else {
		if len(rest) == 0 {
			return nil, usageError("resume needs a session id or --last")
		}
		o.Resume, rest = rest[0], rest[1:]
	}
	switch len(rest) {
	case 0:
		return prompt, nil
	case 1:
		return &rest[0], nil
	}
	return nil, usageError("unexpected argument %q", rest[1])
}

// readPrompt returns the prompt, from standard input when it is missing or "-".
func readPrompt(ctx context.Context, prompt *string, stdin *os.File, notice io.Writer) (string, error) {
	if prompt != nil && *prompt != "-" {
		return *prompt, nil
	}
	if prompt == nil {
		if term.IsTerminal(stdin) {
			return "", errors.New("no prompt: give one as an argument or on standard input")
		}
		fmt.Fprintln(notice, "Reading the prompt from standard input...")
	}
	text, err := untilInterrupted(ctx, func() ([]byte, error) { return io.ReadAll(stdin) })
	switch {
	case err != nil:
		return "", fmt.Errorf("read the prompt: %w", err)
	case !utf8.Valid(text):
		return "", errors.New("the prompt on standard input is not valid UTF-8")
	case strings.TrimSpace(string(text)) == "":
		return "", errors.New("no prompt on standard input")
	}
	return string(text), nil
}

// readSchema reads the JSON Schema of the last message.
func readSchema(path string) (json.RawMessage, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the output schema: %w", err)
	}
	if !json.Valid(text) {
		return nil, fmt.Errorf("read the output schema: %s is not valid JSON", path)
	}
	return text, nil
}

// configOverrides are the settings that the flags make.
func (f *execFlags) configOverrides() (config.Overrides, error) {
	o := config.Overrides{Model: f.model, Profile: f.profile, ApprovalPolicy: protocol.AskNever}
	switch mode := protocol.SandboxMode(f.sandbox); {
	case f.yolo:
		o.SandboxMode = protocol.SandboxDangerFullAccess
	case f.fullAuto:
		o.SandboxMode = protocol.SandboxWorkspaceWrite
	case f.sandbox == "" || slices.Contains(mode.Values(), f.sandbox):
		o.SandboxMode = mode
	default:
		return o, usageError("--sandbox must be one of %s", strings.Join(mode.Values(), ", "))
	}
	if f.cd != "" {
		o.Cwd = f.cd
		if real, err := filepath.EvalSymlinks(f.cd); err == nil {
			o.Cwd = real
		}
	}
	if f.oss {
		o.ModelProvider = modelprovider.OSS
		if o.Model == nil {
			o.Model = new(models.DefaultOSSModel)
		}
		o.ShowRawReasoning = new(true)
	}
	if f.planTool {
		o.IncludePlanTool = &f.planTool
	}
	return o, nil
}

// withAgent runs f with an agent for a command without a server.
func (f *globalFlags) withAgent(ctx context.Context, startup config.Overrides, do func(context.Context, *agent.Agent) error) (err error) {
	overrides, err := f.overrides()
	if err != nil {
		return err
	}
	log := newLogger(os.Getenv("RUST_LOG"), os.Stderr)
	o := f.agentOptions()
	o.Overrides, o.Startup, o.Log = overrides, startup, &log
	o.Originator, o.Source = clientid.ExecOriginator, protocol.SourceExec
	o.APIKey = strings.TrimSpace(os.Getenv("CODEX_API_KEY"))
	demo := &demoModel{}
	defer demo.close()
	o.Endpoint = demo.start
	a, err := agent.New(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		if cerr := a.Close(end); cerr != nil {
			log.Warn().Err(cerr).Msg("the agent did not end in order")
		}
	}()
	return do(ctx, a)
}

// agentOptions are what every command's agent has.
func (f *globalFlags) agentOptions() *agent.Options {
	o := &agent.Options{StrictConfig: f.strict}
	if executable, err := os.Executable(); err == nil {
		o.Executable = executable
		o.LinkDir = linkDir(executable)
	}
	// Without a sandbox commands that need one are refused, one by one.
	if box, err := sandbox.New(&sandbox.Options{TempDir: os.Getenv("TMPDIR")}); err == nil {
		confiner := tools.Confiner{Box: box}
		o.Sandbox, o.Keeper, o.Guard = confiner, confiner.Keeper(), confiner.Guard()
	}
	return o
}
