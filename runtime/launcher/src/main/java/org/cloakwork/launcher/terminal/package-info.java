/** What people see in a terminal: colours, live figures, lines with history and completion. Everything with JLine. */
package org.cloakwork.launcher.terminal;
