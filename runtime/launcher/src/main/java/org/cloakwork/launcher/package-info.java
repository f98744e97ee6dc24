/** The program: names its verbs and starts the command line. */
package org.cloakwork.launcher;
