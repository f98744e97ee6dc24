/** The verb {@code demo}: a network and two clients in one process, and doors into it. */
package org.cloakwork.launcher.demo;
