/** The JSON documents that describe a network: the topology file and a directory's answers, both ways. */
@Export
@Version("1.0.0")
package org.cloakwork.wire.topology;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
