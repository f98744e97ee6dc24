/** The verbs, one class each, and what some of them share. */
package org.cloakwork.launcher.commands;
