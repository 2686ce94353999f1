// Package reap ends what lives below this process. A process for which [Adopt]
// was called inherits the orphans among its descendants, so that nobody gets
// away: whoever loses a parent, whatever session or process group it leads, is a
// child of this process from then on.
package reap
