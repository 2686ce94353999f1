package shellcmd

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// trustRow is one observed verdict. Where this package decides otherwise on
// purpose, stricter says why.
type trustRow struct {
	argv     []string
	trusted  bool   // as observed
	stricter string // why the observed trust is withheld
}

const (
	itemEscapes   = "do better 1: escaped words defeat the trusted list"
	itemArguments = "do better 2: tighten argument rules"
)

func fields(line string) []string { return strings.Fields(line) }

func rows(trusted bool, lines ...string) []trustRow {
	var out []trustRow
	for _, l := range lines {
		out = append(out, trustRow{argv: fields(l), trusted: trusted})
	}
	return out
}

func scripts(trusted bool, texts ...string) []trustRow {
	var out []trustRow
	for _, s := range texts {
		out = append(out, trustRow{argv: []string{"bash", "-lc", s}, trusted: trusted})
	}
	return out
}

func stricter(item string, rows []trustRow) []trustRow {
	for i := range rows {
		rows[i].stricter = item
	}
	return rows
}

// observedTrust holds every observed verdict of spec: exec-and-tools, trusted
// commands.
func observedTrust() []trustRow {
	return slices.Concat(
		rows(true,
			"ls", "ls -la /", "cat /etc/hostname", "cd /", "echo hi", "true", "false",
			"grep -R x .", "head -n 1 f", "tail -f", "nl -ba f", "wc -l f", "which sh", "pwd",
			"find", "find . -name x", "find . -printf %p", "rg x", "rg --files",
			"rg --pre-glob *.x y", "git status", "git log -p", "git diff", "git show HEAD", "git branch",
			"sed -n 1,5p f", "sed -n 5p f",
		),
		rows(false,
			"/bin/ls", "/usr/bin/cat f", "LS", "sort f", "uniq", "awk 1", "tee f", "env", "env ls", "printf x",
			"test -f x", "id", "uname -a", "whoami", "date", "stat f", "du", "df", "tree", "jq .",
			"python3 -V", "node -v", "make", "npm run x", "go vet", "curl x", "xargs ls",
			"find . -exec rm {} ;", "find . -execdir x", "find . -ok x", "find . -okdir x", "find . -delete",
			"find . -fls o", "find . -fprint o", "find . -fprint0 o", "find . -fprintf o %p",
			"rg --pre c x", "rg --pre=c x", "rg --hostname-bin c", "rg --hostname-bin=c",
			"rg --search-zip x", "rg -z x",
			"git -C . status", "git --no-pager log", "git fetch", "git add .", "git commit", "git stash", "git",
			"/usr/bin/git status", "git rev-parse HEAD", "git ls-files", "git blame f",
			"cargo build", "cargo test", "cargo +nightly check",
			"sed -n 5,p f", "sed -n ,5p f", "sed -n p f", "sed -n $p f", "sed -n 1,2,3p f",
			"sed -n 1,5p", "sed -n 1,5p f g", "sed -i s/a/b/ f", "sed -ne 1p f", "sed 1,5p -n f", "sed -n ١p f",
			"rm f", "rm -rf d", "sudo ls",
			"bash -c ls", "bash -l -c ls", "bash -lc ls extra", "bash -lc", "sh -c ls", "sh -lc ls",
			"zsh -lc ls", "/bin/bash -lc ls",
		),
		[]trustRow{{argv: []string{"sed", "-n", "1,5p", ""}}},
		stricter(itemArguments, rows(true,
			"rg -nz x", "rg -uz", "git branch -D x", "git diff --output=x", "git diff --ext-diff",
			"cargo check", "cargo check --manifest-path /x",
		)),

		scripts(true,
			"ls", "ls -1 && pwd", "ls || true", "ls ; pwd", "ls | wc -l",
			"ls\npwd", "ls; \n\n pwd", "\nls", "ls\n", "ls &&\npwd", "ls |\nwc",
			"ls *", "ls *.rs", "ls ?", "ls ~/x", "ls **/*.go",
			"ls 'a b'", `ls "a b"`, `ls a\ b`, "echo ''",
			`echo "a\"b"`, `echo "a\$b"`, `echo "\n"`, `echo "it's"`,
			"echo 'multi\nline'", `echo 'a"b'`, `echo \$HOME`, `echo a\;b`,
			"echo 123 456", "echo 1.5", "echo -3 +4", "echo 0x1F",
			"echo a=b c", "echo a,b=c:d@e%f+g", "echo a#b", "echo !",
			"git show HEAD~1", "git show HEAD^", "git diff main...HEAD",
			"ls;", "true;", "cd x && ls", "sed -n '1,5p' f", "rg 'a|b' src | head -n 5",
			"ls \\\n -l", "ls\t-l", "echo é", "ls -la | grep x | wc -l && pwd || true; cat f",
			"echo [", "echo {", "ls %1",
		),
		scripts(false,
			"ls & pwd", "ls &", "ls && rm -rf x", "(ls)", "{ ls; }", "ls && (pwd)",
			"ls [ab]", "ls *[0-9]", "ls {a,b}", "echo {1..3}", "echo {}", `echo ""`, `echo " "`,
			"echo \"a\nb\"", "echo a'b'c", `echo "a"b`, "echo ''a", "git log -S'foo'",
			"echo $HOME", `echo "$HOME"`, "echo ${HOME}", "echo $1", "echo a$",
			"echo $(pwd)", "echo `pwd`", "echo <(ls)", "echo $'x'", `echo $"x"`, "git show stash@{0}",
			"ls &&", "ls;;", ";ls", "|| ls", "ls | | wc", "FOO=1 ls", "FOO=1", "export A=1",
			"find . -name '*.rs' -delete", "cat f | sort",
			"ls > f", "ls>f", "ls 2>&1", "ls 2>/dev/null", "cat < f", "cat <<EOF\nx\nEOF", "cat <<< x",
			"! ls", "if true; then ls; fi", "for x in a; do ls; done", "while true; do ls; done",
			"[ -f x ]", "[[ -f x ]]", "f() { ls; }",
			"ls # c", "# c", "", "  \n ", "'ls'", `"ls"`, `\ls`, "l's'", "'git status'",
			"time ls", "exec ls", "command ls", "eval ls", "1 2", "ls |& wc", "coproc ls",
		),
		stricter(itemEscapes, scripts(true,
			`find . -d\elete`, `rg --pr\e=x y`, `git diff --out\put=f`,
		)),
	)
}

func TestTrustedObserved(t *testing.T) {
	t.Parallel()
	for _, row := range observedTrust() {
		t.Run(fmt.Sprintf("%q", row.argv), func(t *testing.T) {
			t.Parallel()
			want := row.trusted && row.stricter == ""
			got := Trusted(row.argv)
			if got.Trusted != want {
				t.Errorf("Trusted(%q) = %+v, want trusted %v", row.argv, got, want)
			}
			if got.Trusted == (got.Reason != "") || got.Trusted == (len(got.Programs) == 0) {
				t.Errorf("Trusted(%q) = %+v: a reason goes with refusal, programs with trust", row.argv, got)
			}
		})
	}
}

func TestTrustedMore(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		rows    []trustRow
		trusted bool
	}{
		{"git reports", rows(true,
			"git status --short --branch", "git status -sb", "git status --porcelain=v1", "git status -uno",
			"git log --oneline -n 5", "git log -5", "git log -n5 --stat", "git log --graph --all --decorate",
			"git log --format=%H --since=2.days", "git log -Sfoo -- file", "git log -L1,5:f.go",
			"git show HEAD:f", "git show --stat --name-only abc", "git diff --cached", "git diff --stat HEAD~2",
			"git diff -U0 -M90% -- a b", "git diff --no-ext-diff --no-textconv", "git diff -w --word-diff=color",
			"git branch -a", "git branch -vv", "git branch --show-current", "git branch --list x*",
			"git branch --contains HEAD", "git branch --merged main", "git branch --sort=-committerdate",
		), true},
		{"git writes or runs programs", rows(true,
			"git diff --output x", "git diff --outp=x", "git diff --out x", "git log --output=x", "git show --output=x",
			"git log --ext-diff", "git show --ext", "git log --textconv", "git diff --textconv", "git diff -Of", "git diff -O f",
			"git diff -pOf", "git log -- --output=x", "git log -S -- --output=x",
			"git log --show-signature", "git log --format=%G?", "git log --pretty=format:%GK", "git log --stdin",
			"git log --help", "git -p log", "git -c core.pager=x log", "git --paginate log",
			"git branch x", "git branch -d x", "git branch -m x", "git branch -M a b", "git branch -c x", "git branch -f x",
			"git branch -u o/x", "git branch --set-upstream-to=x", "git branch --unset-upstream", "git branch --edit-description",
			"git branch --delete x", "git branch --del x", "git branch -v x", "git branch -r x", "git branch -q x",
			"git branch --sort --list x", "git branch --format --list x", "git branch --list -D x",
			"git branch --format=%(signature)", "git branch --format=%(*signature:grade)", "git branch --sort=signature",
			"git branch --sort=-*signature:key", "git log --format=%-G?", "git log --format=%+GG", "git show --pretty=%h%-GK",
			"git diff --no-index --output=x a b", "git status --foo",
		), false},
		{"rg searches", rows(true,
			"rg -n x src", "rg -ine foo", "rg -ezz", "rg -A3 -B3 x", "rg -C 3 x", "rg -tgo x", "rg -g !vendor x",
			"rg --files --hidden --glob !x", "rg --json x", "rg -uuu x", "rg -l --sort path x", "rg --no-pre x",
			"rg -0 --null x", "rg -FSw x", "rg --max-count=1 -- x",
		), true},
		{"rg runs programs", rows(true,
			"rg -zn x", "rg -uuz x", "rg -iz", "rg -e x --pre c", "rg --pre= x", "rg --hostname-bin=", "rg --search-zi x",
			"rg --pr=c x", "rg -Qx", "rg --unknown", "rg -e --pre x", "rg -- --pre=x",
		), false},
		{"find looks", rows(true,
			"find . -type f -name *.go -not -path ./x -print0", "find . -mtime -1 -size -10k", "find . -perm -u+x",
			"find . -perm -644", "find -L . -maxdepth 2 -newermt 2024-01-01", "find . ( -name a -o -name b ) -ls",
			"find . ! -name x", "find -O3 . -empty",
		), true},
		{"find acts", rows(true,
			"find . -name -exec -delete", "find . -perm -delete", "find . -fprint=x", "find -D exec .", "find . -unknown",
			"find . -newerxx y", "find . -files0-from f",
		), false},
		{"sed prints other things", rows(true, "sed -n 1p -i", "sed -n 1p -fx", "sed -n 1p --in-place", "sed --quiet 1p f"), false},
		{"sed prints standard input", rows(true, "sed -n 1p -"), true},
		{"globs that may become options", scripts(true,
			"find *", "find . *", "find ?delete", "find . -delet?", "find . -exe* x", "rg x *", "rg x *.go", `rg x \
*`, "git diff *", "git log -- ?x", "sed -n 1p *", "sed -n 1p f*", "sed -n ?p f", "ls -l*", "cat -?",
			`find . \-delet?`,
		), false},
		{"letters that end in a blank of another alphabet", scripts(true, "find .à-delete", "ls Å", "ls \u00a0", `ls \à`), false},
		{"letters that do not, and quotes", scripts(true, "ls é", "ls 'à'", `ls "Å"`, "echo ü"), true},
		{"signatures behind a blank", scripts(true, `git log --format='% G?'`, `git log "--format=%h% GS"`), false},
		{"globs that cannot", scripts(true,
			"find src/* -name x", "find ./* -type f", `find . -name '*.go'`, `find . -name "*.go"`, `find . -name \*.go`,
			"rg x src/*.go", "rg x ./*", "git diff -- src/*", "git log ~/x", "cat *", "grep x *.go", "wc -l ??",
		), true},
		{"values count", scripts(true,
			`git log --ou\tput=x`, `find . '-delete'`, `find . "-exec" x`, `rg '--pre=x' y`, `git 'log' '--output=x'`,
			`git diff --output\
=x`, `cargo check`, `gi\t status`, `sed -n 1p '-i'`,
		), false},
		{"values pass too", scripts(true, `git 'status'`, `git "log" '-p'`, `find . -na\me x`, `sed '-n' "5p" 'a b'`, "cat\\\n f"), true},
		{"scripts with things at the edge", scripts(true,
			"ls\r\n", "ls \r", "ls\r", "ls\v", "ls \f", "ls\x00", "ls \xff", "ls\u00a0x; rm y", "ls\\", "ls \\", "ls \\\n;rm x",
			"unset x", "let x", "declare x", "[ x ]", "{ x }", "!", "ls !(x)", "ls @(a|b)", "ls +(x)", "echo ]", "echo a]",
			"A+=1 ls", "a[1]=2 ls", "function ls { x; }", "select x in a; do ls; done", "case a in a) ls;; esac", "until ls; do ls; done",
			"ls &&& pwd", "ls ; ; pwd", "((1))", "echo $((1))", "ls 2>x", "ls >&2", "ls <x", "ls <>x", "ls &>x", "ls |tee x",
		), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, row := range tt.rows {
				if got := Trusted(row.argv); got.Trusted != tt.trusted {
					t.Errorf("Trusted(%q) = %+v, want trusted %v", row.argv, got, tt.trusted)
				}
			}
		})
	}
	if got := Trusted(nil); got.Trusted {
		t.Errorf("Trusted(nil) = %+v", got)
	}
}

func TestTrustedPrograms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		argv []string
		want Verdict
	}{
		{"direct", fields("ls -l"), Verdict{Trusted: true, Programs: []string{"ls"}}},
		{"direct name of a builtin", fields("echo hi"), Verdict{Trusted: true, Programs: []string{"echo"}}},
		{"script", []string{"bash", "-lc", "cd x && ls | wc -l; ls; echo a; pwd; true; false"},
			Verdict{Trusted: true, Programs: []string{"bash", "ls", "wc"}, LoginShell: true}},
		{"refused", fields("git diff --output=secret"), Verdict{Reason: "git: option --output is not on the list"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, Trusted(tt.argv)); diff != "" {
				t.Errorf("Trusted(%q) (-want +got):\n%s", tt.argv, diff)
			}
		})
	}
}
