/**
 * Connections of programs of this machine that an exit of the mixnet makes for them: the port they come to, whom the
 * exit takes them for, and the bytes. What is spoken at the port is a {@link org.cloakwork.proxy.Dialect}.
 */
@Export
@Version("1.0.0")
package org.cloakwork.proxy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
