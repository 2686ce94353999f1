package config

import (
	"fmt"
	"strings"
)

// SyntaxError reports that config.toml is not TOML. It never quotes the file.
type SyntaxError struct {
	File         string
	Line, Column int // from 1, columns in bytes
	Problem      string
	excerpt      string
}

// Error names the place and the problem in one line.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem)
}

// Excerpt returns the offending line of the file with a mark under the place,
// for a terminal. The texts in quotes are blanked out, because the line may
// hold a secret.
func (e *SyntaxError) Excerpt() string { return e.excerpt }

// ValueError reports a setting with a value that it cannot have.
type ValueError struct {
	// Origin is where the value was written.
	Origin Origin
	// Key is the dotted path of the setting, in the form of a TOML key.
	Key string
	// Problem says what was expected and what was found, without the value.
	Problem string
}

// Error names the place, the problem and, at its end, the key.
func (e *ValueError) Error() string {
	return located(e.Origin, e.Key, e.Problem)
}

// located puts the place of a setting before what is wrong with it, and its key
// behind that.
func located(origin Origin, key, problem string) string {
	return fmt.Sprintf("%s: %s in `%s`", origin.place(), problem, key)
}

// InvalidError holds everything that is wrong with a configuration that was
// readable, in the order of the file, and behind it that of the overrides.
// errors.As finds the first [*ValueError] in it.
type InvalidError struct{ Problems []*ValueError }

// Error joins the problems.
func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		texts[i] = problem.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the problems.
func (e *InvalidError) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, problem := range e.Problems {
		errs[i] = problem
	}
	return errs
}

// Selection is the setting that named what could not be found.
type Selection struct {
	// Origin is where the name was written. A typed override, as the flag -p is,
	// has no place.
	Origin Origin
	// Key is the dotted path of the setting there.
	Key string
}

// blame names the setting, if it has a place, around what became of it.
func (s Selection) blame(problem string) string {
	if s.Origin.Layer == LayerOverride || s.Key == "" {
		return problem
	}
	return located(s.Origin, s.Key, problem)
}

// UnknownProfileError reports a selected profile that no table defines.
type UnknownProfileError struct {
	Selection
	Name       string
	Suggestion string // a profile with a similar name; empty for none
}

// Error names the profile, and where it was selected.
func (e *UnknownProfileError) Error() string {
	return e.blame(fmt.Sprintf("config profile `%s` not found%s", e.Name, didYouMean(e.Suggestion)))
}

// UnknownProviderError reports a selected model provider that is neither built
// in nor defined.
type UnknownProviderError struct {
	Selection
	ID         string
	Suggestion string // a provider with a similar id; empty for none
}

// Error names the provider, and where it was selected.
func (e *UnknownProviderError) Error() string {
	return e.blame(fmt.Sprintf("model provider `%s` not found%s", e.ID, didYouMean(e.Suggestion)))
}

// OverrideError reports a -c flag that is not key=value.
type OverrideError struct {
	Text    string // the flag, up to its first equals sign
	Problem string
}

// Error names the flag.
func (e *OverrideError) Error() string {
	return fmt.Sprintf("invalid override %q: %s", e.Text, e.Problem)
}

// UnknownKeysError reports keys that no setting has. Only a strict [Loader]
// refuses them.
type UnknownKeysError struct{ Keys []UnknownKey }

// UnknownKey is one key that no setting has.
type UnknownKey struct {
	Origin     Origin
	Key        string // dotted path
	Suggestion string // the last part of a similar key; empty for none
	// Misplaced is set for a key that exists at the top level of the file but
	// has no effect in a profile.
	Misplaced bool
}

// Error lists the keys.
func (e *UnknownKeysError) Error() string {
	texts := make([]string, len(e.Keys))
	for i, key := range e.Keys {
		texts[i] = key.String()
	}
	return strings.Join(texts, "; ")
}

// String says in one sentence what is wrong with the key.
func (k UnknownKey) String() string {
	place := k.Origin.place()
	if k.Misplaced {
		return fmt.Sprintf("%s: `%s` has no effect in a profile", place, k.Key)
	}
	return fmt.Sprintf("%s: unknown key `%s`%s", place, k.Key, didYouMean(k.Suggestion))
}

func didYouMean(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean `%s`?)", suggestion)
}
