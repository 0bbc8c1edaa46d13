import { SYNTHETIC_RANGE } from '../../../core/terms/fixed-names.ts';
import { REPLACED_FILES } from './folder.ts';

/** Folders and socket files of services that would carry a program's words out of its namespace: name services, message buses, container engines. */
const HIDDEN_FOLDERS = ['/run/systemd/resolve', '/run/nscd', '/run/avahi-daemon', '/run/dbus', '/run/user'];
const HIDDEN_SOCKETS = ['/run/systemd/private', '/run/docker.sock', '/run/podman/podman.sock', '/run/containerd/containerd.sock', '/run/crio/crio.sock'];

/** No capability, and none to be had by executing anything. */
const CONFINED = 'setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all --';

/**
 * What a shell does in the new namespaces: prepares them, lets the helper open the listeners and hand them out, and becomes
 * the program. Nothing is spliced in but constants; the rest are its arguments: node, helper, folder, ports, program...
 *
 * It is a shell that becomes the program, and not the helper, because Node ignores SIGPIPE and that would be inherited.
 */
export const SETUP = `
set -eu
node=$1 helper=$2 folder=$3 ports=$4
shift 4
ip link set lo up
ip route replace local ${SYNTHETIC_RANGE.text} dev lo
resolv=$(readlink -f /etc/resolv.conf || echo /etc/resolv.conf)
for hidden in ${HIDDEN_FOLDERS.join(' ')}; do
  if [ -d "$hidden" ]; then mount -t tmpfs -o mode=755 none "$hidden"; fi
done
for hidden in ${HIDDEN_SOCKETS.join(' ')}; do
  if [ -S "$hidden" ]; then mount --bind /dev/null "$hidden"; fi
done
if [ ! -e "$resolv" ]; then mkdir -p "$(dirname "$resolv")"; : > "$resolv"; fi
for file in ${REPLACED_FILES.join(' ')}; do
  if [ -e "/etc/$file" ]; then mount --bind "$folder/$file" "$(readlink -f "/etc/$file")"; fi
done
NODE_OPTIONS= NODE_EXTRA_CA_CERTS= NODE_USE_ENV_PROXY= "$node" "$helper" "$ports"
unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
exec ${CONFINED} "$@" 3>&-
`;
