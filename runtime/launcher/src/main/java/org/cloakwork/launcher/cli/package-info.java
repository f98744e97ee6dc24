/** The command line: verbs, their options, what is said when they are wrong. */
package org.cloakwork.launcher.cli;
