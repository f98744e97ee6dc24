/** What every stage stands on: what a client takes from outside, its configuration, what it counts. Sees no stage. */
@Export
@Version("1.0.0")
package org.cloakwork.client.base;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
