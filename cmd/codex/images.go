package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// manyImages rewrites a command line so that -i of "codex exec" takes every word
// up to the next flag, as in "codex exec Compare -i a.png b.png": a flag of the
// parser takes one. (spec: config-and-auth, arguments of codex exec)
func manyImages(root *cobra.Command, args []string) []string {
	const image = "--image"
	cmd, rest, err := root.Find(args)
	if err != nil || cmd.Name() != "exec" || !slices.ContainsFunc(rest, isImage) {
		return args
	}
	taken := []string{cmd.Name()}
	for len(rest) > 0 {
		word := rest[0]
		rest = rest[1:]
		switch {
		case word == "--":
			return append(append(taken, word), rest...)
		case isImage(word):
			if len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
				taken = append(taken, image+"=") // the command complains
			}
			for len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
				taken = append(taken, image+"="+rest[0])
				rest = rest[1:]
			}
		case takesNext(cmd, word) && len(rest) > 0:
			taken = append(taken, word, rest[0])
			rest = rest[1:]
		default:
			taken = append(taken, word)
		}
	}
	return taken
}

// isImage tells whether a word is the flag with its files behind it.
func isImage(word string) bool { return word == "-i" || word == "--image" }

// takesNext tells whether a word is a flag with its value in the next word.
func takesNext(cmd *cobra.Command, word string) bool {
	if name, ok := strings.CutPrefix(word, "--"); ok {
		flag := cmd.Flag(name)
		return flag != nil && flag.NoOptDefVal == ""
	}
	if len(word) != 2 || word[0] != '-' {
		return false
	}
	flag := cmd.Flags().ShorthandLookup(word[1:])
	if flag == nil {
		flag = cmd.InheritedFlags().ShorthandLookup(word[1:])
	}
	return flag != nil && flag.NoOptDefVal == ""
}
