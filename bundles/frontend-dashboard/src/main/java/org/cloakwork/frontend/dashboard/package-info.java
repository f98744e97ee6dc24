/**
 * A page on a port of this machine that shows what all clients of this process do. {@code Dashboard} is the listening
 * port, {@code Live} what the page is told each second, {@code Chronicle} what happened before, {@code Metrics} what
 * Prometheus is told, {@code Texts} what must not leave.
 */
package org.cloakwork.frontend.dashboard;
