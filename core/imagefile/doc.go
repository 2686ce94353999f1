// Package imagefile turns image files into the data: URLs that models take, and
// refuses early what is too large, not a regular file or not an image.
//
// The functions read the file they are given and nothing else; they are safe
// for concurrent use. (spec: agent-loop, user input conversion)
package imagefile
