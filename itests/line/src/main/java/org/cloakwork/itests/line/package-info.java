/**
 * What somebody learns who watches the line between a client and its gateway: which frames pass when, how long, in
 * which direction. Programs do the same things on sockets and in virtual time; statistics and a forest look at what the
 * watcher has written down.
 */
package org.cloakwork.itests.line;
