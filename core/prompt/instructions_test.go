package prompt_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/patch"
	"github.com/codex-go/codex/core/prompt"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
	}
}

// Which text each family gets, with and without a tool that explains patches.
func TestInstructionsOfFamilies(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, slug := range []string{
		"o3", "o4-mini", "codex-mini-latest", "gpt-4.1", "gpt-4o-2024-08-06", "gpt-3.5-turbo",
		"gpt-5", "gpt-5-codex", "codex-next", "gpt-oss-20b", "openai/gpt-oss-120b", "mystery",
	} {
		family := models.FamilyFor(slug)
		plain := prompt.Instructions(prompt.InstructionsOptions{Family: family})
		tool := prompt.Instructions(prompt.InstructionsOptions{Family: family, HasApplyPatchTool: true})
		base := "general"
		if strings.HasPrefix(tool, "You are Codex, ") {
			base = "codex"
		}
		extra := "nothing"
		if rest, ok := strings.CutPrefix(plain, tool); ok && rest != "" {
			extra = "the patch language"
			if !strings.HasPrefix(rest, "\n") || !strings.Contains(rest, patch.Guide) {
				t.Errorf("%s: what follows the base text is %.80q", slug, rest)
			}
		}
		fmt.Fprintf(&b, "%-20s %-8s and %s\n", slug, base, extra)
	}
	golden(t, "families.golden", b.String())
}

func TestInstructionsOverride(t *testing.T) {
	t.Parallel()
	for _, override := range []string{"Do as I say.", ""} {
		got := prompt.Instructions(prompt.InstructionsOptions{Family: models.FamilyFor("gpt-5"), Override: &override})
		if got != override {
			t.Errorf("%q, want %q", got, override)
		}
	}
}

// What each text must tell the model. A line of words must be found in the
// text one after the other. (spec: agent-loop, instructions)
func TestInstructionsConvey(t *testing.T) {
	t.Parallel()
	of := func(slug string) string {
		return prompt.Instructions(prompt.InstructionsOptions{Family: models.FamilyFor(slug)})
	}
	for _, c := range []struct{ name, text, conveys string }{
		{"general", of("gpt-5"), `
coding agent ... harness
precise ... safe ... brief ... friendly
streamed ... plan ... run commands ... edit files
AGENTS.md ... whole tree below ... obey
deeper one wins ... user says directly wins
already part of this conversation ... look for others
Before a group of tool calls ... one or two sentences ... trivial read
progress
update_plan ... exactly one step ... in_progress
Mark a step completed before you start the next
say why in ... explanation ... Do not repeat the plan
Keep going until ... solved ... Do not guess
Fix the cause ... small ... unrelated bug ... leave it ... mention
Update the documentation
git log ... git blame
licence ... do not commit ... branches ... comments ... one-letter names
special citation marks
After a successful ... apply_patch ... do not read the file again
apply_patch ... exactly that ... ["apply_patch","*** Begin Patch
read-only ... workspace-write ... danger-full-access
restricted ... enabled
untrusted ... on-failure ... on-request ... never ... Check your work yourself
Under on-request ... escalation
To ask ... with_escalated_permissions ... one short sentence ... justification
sandbox is read-only ... anything but read
assume workspace-write, restricted network and on-failure
narrowest test ... widen ... do not bring tests into ... formatter ... three
never, on-failure ... without being told ... untrusted, on-request ... hold back
from nothing ... ambitious ... code base that exists ... exactly what was asked
ten lines
plain text ... Title Case ... ** ... no nesting ... backticks
src/app.ts:42 ... src/app.ts#L42 ... no line ranges
rg ... 250 lines ... 10 kilobytes or 256 lines
# update_plan`},
		{"codex", of("gpt-5-codex"), `
coding agent ... harness
execvp ... ["bash", "-lc"]
Always set ... workdir
rg
ASCII ... Comment rarely
apply_patch ... not yours ... Never revert ... stop at once and ask
simplest quarter ... single step
read-only ... workspace-write ... danger-full-access ... restricted or enabled
untrusted ... on-failure ... on-request ... never
with_escalated_permissions ... one short sentence ... justification ... Do not message the user before
workspace-write, network restricted, on-failure
review ... Findings come first, the gravest on top ... file and line
Plain text ... brief ... Title Case ... no nesting ... Backticks ... no ranges`},
		{"patch language", of("o3"), `
apply_patch ... *** Begin Patch ... *** End Patch
*** Add File ... *** Delete File ... *** Update File ... *** Move to
three lines ... @@
relative
"apply_patch","*** Begin Patch`},
		{"review", prompt.ReviewInstructions(), `
review ... change that another engineer
matters ... correctness, performance, security or maintainability
discrete ... act on
rigour
came in with this change
unstated assumptions
suspicion ... not enough
not something that the author clearly meant to do
one paragraph ... three lines of code ... conditions ... Matter-of-fact ... No flattery
everything that the author would ... report nothing
suggestion ... exactly the leading white space
line range as short ... overlap the diff
[P0] ... [P1] ... [P2] ... [P3] ... "priority"
patch is correct ... patch is incorrect
Do not write a fix
JSON ... no code fences
findings ... title ... body ... confidence_score ... priority ... code_location ... absolute_file_path ... line_range ... overall_correctness ... overall_explanation ... overall_confidence_score`},
		{"summary", textOf(t, prompt.SummarizeItem()), `
budget ... Stop coding ... hand-over note
done and what is not ... plan ... word for word
still has to be done ... paths and line numbers
needs tests
bugs ... set-up`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Join(strings.Fields(strings.ReplaceAll(c.text, "`", "")), " ")
			for line := range strings.SplitSeq(strings.TrimSpace(c.conveys), "\n") {
				rest := text
				for part := range strings.SplitSeq(line, " ... ") {
					_, after, found := strings.Cut(rest, part)
					if !found {
						t.Errorf("%q of %q is missing", part, line)
						break
					}
					rest = after
				}
			}
		})
	}
}

// The short text is for models that know the harness: less than half as long.
func TestCodexTextIsShort(t *testing.T) {
	t.Parallel()
	general := prompt.Instructions(prompt.InstructionsOptions{Family: models.FamilyFor("mystery")})
	codex := prompt.Instructions(prompt.InstructionsOptions{Family: models.FamilyFor("gpt-5-codex")})
	if 2*len(codex) > len(general) {
		t.Errorf("%d bytes of %d", len(codex), len(general))
	}
}

func TestReviewItem(t *testing.T) {
	t.Parallel()
	text := textOf(t, prompt.ReviewItem("Review the last commit."))
	rest, ok := strings.CutPrefix(text, prompt.ReviewInstructions()+"\n\n---\n\n")
	if !ok || !strings.HasSuffix(rest, "Review the last commit.") || rest == "Review the last commit." {
		t.Errorf("what follows the instructions: %q", rest)
	}
}
