module.exports.plain = ({ n }) => n + 1
module.exports['not a name'] = () => 'found'
