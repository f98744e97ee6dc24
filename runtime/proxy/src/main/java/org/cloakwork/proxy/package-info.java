/**
 * Connections of programs of this machine that an exit of the mixnet makes for them, or that lead to a client that has
 * a name: the port they come to, whom the other end takes them for, and the bytes. What is spoken at the port is a
 * {@link org.cloakwork.proxy.Dialect}.
 */
@Export
@Version("1.1.0")
package org.cloakwork.proxy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
